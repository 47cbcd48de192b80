"""How fast a process gets through a topic, seen from outside."""

from __future__ import annotations

from collections.abc import Sequence

from confluent_kafka import Consumer, TopicPartition

from tests.benchmarks.kafka.feed import PARTITIONS
from tests.benchmarks.kafka.subject import Subject, wait_for
from tests.brokers.admin import QUIET

MARKERS = 8  # offsets at the end of a partition that may be markers of transactions instead of records


def pace(bootstrap: str, source: str, output: str, group: str, command: Sequence[str], *, total: int) -> float:
    """Records per second of `python -m command…`, from the first record in the output to the last.

    By the broker's clock (the output has to be a topic with LogAppendTime): starting, joining the group and looking
    for the end are not in it.
    """
    with Subject(command) as subject:
        wait_for(bootstrap, source, group, total, subject)
    began, ended, written = _span(bootstrap, output)
    return written / (ended - began)


def _span(bootstrap: str, topic: str) -> tuple[float, float, int]:
    """Seconds at which the first and the last record of a topic were appended, and roughly how many there are."""
    settings = {"enable.auto.commit": False, "enable.partition.eof": True, "fetch.wait.max.ms": 20}
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "span", **settings, **QUIET})
    try:
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, number))[1] for number in range(PARTITIONS)]
        firsts = [_times(consumer, TopicPartition(topic, number, 0), 1)[0] for number in range(PARTITIONS)]
        tails = [TopicPartition(topic, number, max(0, end - MARKERS)) for number, end in enumerate(ends)]
        lasts = [_times(consumer, tail, MARKERS)[-1] for tail in tails]
        return min(firsts), max(lasts), sum(ends)
    finally:
        consumer.close()


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
