"""The lines of the Kafka road, on Apache Kafka: the tagger against pass-throughs that copy records and tag nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from tests.benchmarks.kafka.bench import Bench
from tests.benchmarks.process import server
from tests.benchmarks.row import Row, of_pairs
from tests.brokers.apache import SCRIPT_VARIABLE, Apache

EXACTLY, AT_LEAST = "exactly-once", "at-least-once"
MODEL, TWO, REMOTE, INSTANT = "shipped model", "shipped model, two taggers", "model over gRPC", "instant engine"
SEND, BATCH, PEER = "aiokafka, send()", "aiokafka, batches", "confluent-kafka"
SEND_LARGE, BATCH_LARGE = "aiokafka, send(), as large as tagged", "aiokafka, batches, as large as tagged"
# (what, delivery, against, bar). The bare pass-through of the bars is the client used as its documentation shows it,
# with the tagger's transactions: a producer per partition, committed at the same age or size. It writes records of a
# quarter of the size; the copies "as large as tagged" write what the tagger does, byte for byte as much.
# Every subject is measured once a round and serves all of its lines; those of a line with a bar in every round, the
# others in the first.
LINES = (
    (INSTANT, EXACTLY, SEND, ">= 0.6"),
    (INSTANT, EXACTLY, SEND_LARGE, ""),
    (INSTANT, EXACTLY, BATCH, ""),
    (INSTANT, EXACTLY, BATCH_LARGE, ""),
    (INSTANT, EXACTLY, PEER, ""),
    (INSTANT, AT_LEAST, SEND, ""),
    (INSTANT, AT_LEAST, PEER, ""),
    (MODEL, EXACTLY, SEND, ">= 20,000/s"),
    (TWO, EXACTLY, SEND, ">= 20,000/s"),
    (MODEL, AT_LEAST, SEND, ""),
    (REMOTE, EXACTLY, SEND, ""),
)
AGES = (0.1, 0.02)
ROUNDS = 3


def rows(repeats: int) -> Iterator[Row]:
    """Measure where EMOTAG_TEST_KAFKA names a start script of Apache Kafka; say so where it does not."""
    if not os.environ.get(SCRIPT_VARIABLE):
        print(f"not measured: Kafka; {SCRIPT_VARIABLE} names no start script of Apache Kafka", file=sys.stderr)
        return
    with Apache(extra="log.segment.delete.delay.ms=1000") as broker, server("emotag", "serve") as (service, _, _):
        bench = Bench(broker.bootstrap, service)
        yield from _rates(bench, min(repeats, ROUNDS))
        yield from _latencies(bench)
        yield from _stages(bench)


def _rates(bench: Bench, rounds: int) -> Iterator[Row]:
    measured = [{subject: bench.rate(*subject) for subject in _subjects(barred=number > 0)} for number in range(rounds)]
    for what, delivery, against, bar in LINES:
        pairs = [(one[what, delivery], one[against, delivery]) for one in (measured if bar else measured[:1])]
        yield of_pairs(f"Kafka {delivery}, {what}", "records/s", against, pairs, bar)


def _subjects(*, barred: bool) -> list[tuple[str, str]]:
    """(name, delivery) of each subject of every line, or of those with a bar, side by side with what they are put against."""
    lines = [line for line in LINES if line[-1] or not barred]
    return sorted({(name, delivery) for what, delivery, against, _ in lines for name in (what, against)})


def _latencies(bench: Bench) -> Iterator[Row]:
    for age in AGES:
        times = bench.latencies(MODEL, age)
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            figure = times[int(share * len(times))]
            yield of_pairs(f"Kafka latency at 100/s, {name}", "ms", "transaction age", [(figure, age * 1e3)])


def _stages(bench: Bench) -> Iterator[Row]:
    micros, shares = bench.stages()
    for stage, share in shares.items():
        yield of_pairs(f"Kafka CPU: {stage}", "us/record", "all of it", [(share * micros, micros)])
