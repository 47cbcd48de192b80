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
MODEL, REMOTE, INSTANT = "shipped model", "model over gRPC", "instant engine"
SEND, BATCH, PEER = "aiokafka, send()", "aiokafka, batches", "confluent-kafka"
# (what, delivery, against, bar); every subject is measured once a round, and serves all of its lines.
LINES = (
    (INSTANT, EXACTLY, SEND, ">= 0.6"),
    (INSTANT, EXACTLY, BATCH, ""),
    (INSTANT, EXACTLY, PEER, ""),
    (INSTANT, AT_LEAST, SEND, ""),
    (INSTANT, AT_LEAST, PEER, ""),
    (MODEL, EXACTLY, SEND, ">= 10,000/s"),
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
    subjects = {(name, delivery) for what, delivery, against, _ in LINES for name in (what, against)}
    measured = [{subject: bench.rate(*subject) for subject in sorted(subjects)} for _ in range(rounds)]
    for what, delivery, against, bar in LINES:
        pairs = [(one[what, delivery], one[against, delivery]) for one in measured]
        yield of_pairs(f"Kafka {delivery}, {what}", "records/s", against, pairs, bar)


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
