"""How fast a process gets through a topic, seen from outside."""

from __future__ import annotations

from collections.abc import Sequence

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

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
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "span", "enable.auto.commit": False, **QUIET})
    try:
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, number))[1] for number in range(PARTITIONS)]
        firsts = [_times(consumer, topic, number, OFFSET_BEGINNING, end)[0] for number, end in enumerate(ends)]
        lasts = [_times(consumer, topic, number, max(0, end - MARKERS), end)[-1] for number, end in enumerate(ends)]
        return min(firsts), max(lasts), sum(ends)
    finally:
        consumer.close()


def _times(consumer: Consumer, topic: str, partition: int, start: int, end: int) -> list[float]:
    """When records were appended, in order: the first one, or those up to the end."""
    consumer.assign([TopicPartition(topic, partition, start)])
    times: list[float] = []
    while not times or (start >= 0 and consumer.position([TopicPartition(topic, partition)])[0].offset < end):
        messages = consumer.consume(MARKERS, timeout=1.0)
        times += [message.timestamp()[1] / 1_000 for message in messages if message.error() is None]
        if times and not messages:
            break
    return times
