"""What a tagger counts, as metrics."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from emotag_service.ops.families import counter, gauge, histogram

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client.core import Metric

    from emotag_service.kafka.tagging.progress import Meters


class KafkaMetrics:
    """Collects from a tagger's meters."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def collect(self) -> Iterable[Metric]:
        """Of Prometheus' client: read the figures."""
        yield from _records(self._meters)
        yield from _transactions(self._meters)
        yield from _standing(self._meters)


def _records(meters: Meters) -> Iterator[Metric]:
    tagged, dead_letters = dict(meters.tagged), dict(meters.dead_letters)
    outcomes = {
        "tagged": sum(tagged.values()),
        "skipped": meters.skipped,
        "passed_through": meters.failed,
        "dead_letter": sum(dead_letters.values()),
    }
    yield counter("emotag_kafka_records_consumed", "Records taken from the input.", meters.consumed)
    yield counter("emotag_kafka_records", "Records committed, by what became of them.", outcomes, "outcome")
    yield counter("emotag_kafka_tags", "Records published with a tag.", tagged, "label")
    yield counter("emotag_kafka_dead_letters", "Records written to the dead-letter topic.", dead_letters, "reason")


def _transactions(meters: Meters) -> Iterator[Metric]:
    yield histogram(
        "emotag_kafka_transaction_duration_seconds",
        "From the begin of a transaction until it was committed; commits alone with --delivery at-least-once.",
        meters.transaction_durations.copy(),
    )
    yield counter("emotag_kafka_aborts", "Attempts that failed, by the exception.", dict(meters.aborts), "error")
    yield counter("emotag_kafka_rebalances", "Assignments received from the group.", meters.rebalances)
    yield counter("emotag_kafka_takeovers", "Partitions taken over, after assignments and failures.", meters.takeovers)


def _standing(meters: Meters) -> Iterator[Metric]:
    lag = [(tuple(source.rsplit("/", 1)), records) for source, records in dict(meters.lag).items()]
    yield gauge("emotag_kafka_lag_records", "Records not committed yet.", lag, "topic", "partition")
    yield gauge("emotag_kafka_buffered_records", "Records read and not committed.", meters.buffered)
    yield gauge("emotag_kafka_buffered_bytes", "Bytes of them.", meters.buffered_bytes)
    if meters.last_progress:
        since = min([meters.last_progress, *dict(meters.waiting).values()])
        yield gauge(
            "emotag_kafka_silent_seconds",
            "Since the cluster answered last, or since when a partition has waited to be taken over.",
            time.monotonic() - since,
        )
