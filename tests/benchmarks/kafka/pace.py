"""How fast a process gets through a topic, seen from outside."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from confluent_kafka import Consumer, TopicPartition

from tests.benchmarks.kafka.feed import PARTITIONS
from tests.benchmarks.kafka.subject import PATIENCE_SECONDS, Subject, wait_for
from tests.brokers.admin import QUIET

WARM_SHARE = 0.3
TICK_SECONDS = 0.001  # of the broker's clock: a few records may all have been written in one
MARKERS = 8  # offsets at the end of a partition that may be markers of transactions instead of records


def pace(
    bootstrap: str, source: str, output: str, group: str, command: Sequence[str], *, total: int, processes: int = 1
) -> float:
    """Records per second of so many times `python -m command…`, over the last seven tenths of the time they write.

    By the broker's clock (the output has to be a topic with LogAppendTime): starting, joining the group, warming up and
    looking for the end are not in it.
    """
    with ExitStack() as stack:
        subjects = [stack.enter_context(Subject(command)) for _ in range(processes)]
        wait_for(bootstrap, source, group, total, *subjects)
    settings = {"enable.auto.commit": False, "enable.partition.eof": True, "fetch.wait.max.ms": 20}
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "span", **settings, **QUIET})
    try:
        return _rate(consumer, output)
    finally:
        consumer.close()


def _rate(consumer: Consumer, topic: str) -> float:
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    ends = [consumer.get_watermark_offsets(place)[1] for place in places]
    began = min(_times(consumer, TopicPartition(topic, number, 0), 1)[0] for number in range(PARTITIONS))
    tails = [TopicPartition(topic, number, max(0, end - MARKERS)) for number, end in enumerate(ends)]
    ended = max(_times(consumer, tail, MARKERS)[-1] for tail in tails)
    warm = began + WARM_SHARE * (ended - began)
    at = [TopicPartition(topic, number, int(warm * 1_000)) for number in range(PARTITIONS)]
    offsets = [place.offset for place in consumer.offsets_for_times(at, timeout=PATIENCE_SECONDS)]
    written = sum(end - offset for end, offset in zip(ends, offsets, strict=True) if offset >= 0)
    return written / max(ended - warm, TICK_SECONDS)


def _times(consumer: Consumer, start: TopicPartition, most: int) -> list[float]:
    """When the records of a partition from there on were appended, `most` of them or up to its end."""
    consumer.assign([start])
    times: list[float] = []
    while len(times) < most:
        for message in consumer.consume(most - len(times), timeout=5.0):
            if message.error() is not None:
                return times
            times.append(message.timestamp()[1] / 1_000)
    return times
