"""An engine's figures as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import InfoMetricFamily

from emotag_service.engine.replica import State
from emotag_service.ops.families import counter, gauge, histogram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prometheus_client.core import Metric

    from emotag_service.engine.counters import EngineStats
    from emotag_service.engine.engine import Engine

_STATES = {state.value: state.value.replace(" ", "_") for state in State}


class EngineMetrics:
    """Collects from an engine, as soon as there is one."""

    def __init__(self, engine: Callable[[], Engine | None], *, expected: Callable[[], bool]) -> None:
        """Make it.

        Args:
            engine: Returns it; None while there is none.
            expected: Says then whether this process loads one, and is not healthy before.
        """
        self._engine = engine
        self._expected = expected

    def collect(self) -> Iterable[Metric]:
        """Of Prometheus' client: read the figures."""
        engine = self._engine()
        if engine is None:
            if self._expected():
                yield _health(healthy=False)
            return
        stats = engine.stats()
        yield _model(engine)
        yield _health(healthy=engine.healthy)
        yield from _queue(engine, stats)
        yield from _messages(stats)
        yield from _batches(stats)
        yield from _replicas(stats)


def _health(*, healthy: bool) -> Metric:
    return gauge("emotag_healthy", "1 while a replica serves and messages are welcome.", int(healthy))


def _model(engine: Engine) -> Metric:
    identity = engine.model.identity
    names = {
        "name": identity.name,
        "version": identity.version,
        "digest": identity.digest,
        "computes": engine.model.computes,
    }
    return InfoMetricFamily("emotag_model", "What answers, and what computes it.", value=names)


def _queue(engine: Engine, stats: EngineStats) -> Iterator[Metric]:
    limits = engine.limits
    yield gauge("emotag_queue_size", "Messages held: waiting or computed.", stats.held)
    yield gauge("emotag_queue_bytes", "Bytes of their texts.", stats.held_bytes)
    yield gauge("emotag_queue_size_limit", "Messages that may be held.", limits.queue_messages)
    yield gauge("emotag_queue_bytes_limit", "Bytes of text that may be held.", limits.queue_bytes)
    yield histogram(
        "emotag_queue_duration_seconds", "From admission until a replica took the message.", stats.queue_seconds
    )


def _messages(stats: EngineStats) -> Iterator[Metric]:
    ended = stats.tagged + sum(stats.reasons.values())
    yield counter("emotag_messages", "Messages that were answered, by a label or an error.", ended)
    yield counter("emotag_message_failures", "Messages without a label, by reason.", stats.reasons, "reason")
    tags = [((name, label), count) for name, counts in stats.tags.items() for label, count in counts.items()]
    yield counter("emotag_tags", "Messages with a label.", tags, "taxonomy", "label")
    yield counter("emotag_tags_uncertain", "Of those, where no label passed its threshold.", stats.uncertain)


def _batches(stats: EngineStats) -> Iterator[Metric]:
    yield histogram("emotag_batch_size", "Messages computed at once.", stats.batch_messages)
    yield histogram("emotag_batch_bytes", "Bytes of text computed at once.", stats.batch_bytes)
    yield histogram("emotag_compute_duration_seconds", "How long a batch was computed.", stats.compute_seconds)
    yield counter("emotag_tokens", "Tokens computed.", stats.tokens)


def _replicas(stats: EngineStats) -> Iterator[Metric]:
    states = [
        ((name, word), float(state == value))
        for name, state in stats.replicas.items()
        for value, word in _STATES.items()
    ]
    yield gauge("emotag_replica_state", "1 for the state that a replica is in.", states, "replica", "state")
    yield counter(
        "emotag_replica_busy_seconds", "How long a replica has computed; its rate is the device's busy ratio.",
        stats.busy_seconds, "replica",
    )  # fmt: skip
