"""Reads a whole topic as any read-committed consumer sees it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from confluent_kafka import TIMESTAMP_CREATE_TIME, Consumer, KafkaError, KafkaException, Message, TopicPartition

from tests.chaos.feed import ID

PATIENCE = 90.0  # seconds; an open transaction of a dead tagger hides what follows until the broker times it out
ANSWER_SECONDS = 90.0  # the machine may be busy with three taggers that start at once


class Seen(NamedTuple):
    """One record as it was read."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def id(self) -> int:
        """The number it was fed as; -1 when it has none."""
        return next((int(content) for name, content in self.headers if name == ID and content), -1)


class TornTopicError(Exception):
    """The topic cannot be read to its end: a transaction stays open."""


def read(bootstrap: str, topic: str, *, patience: float = PATIENCE) -> list[Seen]:
    """Return every committed record, partition by partition, each in order.

    Raises:
        TornTopicError: Its end is not reached in time.
    """
    records: list[Seen] = []
    with _consumer(bootstrap) as consumer:
        for partition in partitions(consumer, topic):
            records.extend(_read_partition(consumer, TopicPartition(topic, partition), patience))
    return records


def partitions(consumer: Consumer, topic: str) -> list[int]:
    """Return the numbers of a topic's partitions."""
    return sorted(consumer.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic].partitions)


def size(bootstrap: str, topic: str) -> int:
    """Return how many records a topic has that nobody writes to in transactions."""
    with _consumer(bootstrap) as consumer:
        places = [TopicPartition(topic, partition) for partition in partitions(consumer, topic)]
        return sum(consumer.get_watermark_offsets(place, timeout=ANSWER_SECONDS)[1] for place in places)


def uncommitted(bootstrap: str, topic: str, group: str, *, patience: float = PATIENCE) -> int:
    """Return how many records the group would still read; markers that follow the last record do not count."""
    deadline = time.monotonic() + patience
    with _consumer(bootstrap, group) as consumer:
        places = [TopicPartition(topic, partition) for partition in partitions(consumer, topic)]
        while (behind := _behind(consumer, places)) and time.monotonic() < deadline:
            time.sleep(0.2)
    return behind


def _behind(consumer: Consumer, places: list[TopicPartition]) -> int:
    ends = [consumer.get_watermark_offsets(place, timeout=ANSWER_SECONDS)[1] for place in places]
    # The feeder writes without transactions: every offset of the input is a record.
    committed = [max(place.offset, 0) for place in consumer.committed(places, timeout=ANSWER_SECONDS)]
    return sum(end - done for end, done in zip(ends, committed, strict=True))


def _read_partition(consumer: Consumer, place: TopicPartition, patience: float) -> Iterator[Seen]:
    end = consumer.get_watermark_offsets(place, timeout=ANSWER_SECONDS)[1]
    consumer.assign([TopicPartition(place.topic, place.partition, 0)])
    deadline = time.monotonic() + patience
    while max(consumer.position([place])[0].offset, 0) < end:  # negative before the first record
        if time.monotonic() > deadline:
            raise TornTopicError(f"{place.topic}/{place.partition} cannot be read to its end, offset {end}")
        yield from _seen(consumer.consume(1000, timeout=0.2))


def _seen(messages: list[Message]) -> Iterator[Seen]:
    for message in messages:
        error = message.error()
        if error is None:
            yield _as_seen(message)
        elif error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)


def _as_seen(message: Message) -> Seen:
    kind, timestamp = message.timestamp()
    return Seen(
        message.partition() or 0,
        message.offset() or 0,
        timestamp if kind == TIMESTAMP_CREATE_TIME else -1,
        message.key(),
        message.value(),
        tuple(message.headers() or ()),
    )


@contextmanager
def _consumer(bootstrap: str, group: str = "chaos-reader") -> Iterator[Consumer]:
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "error",
            "log_level": 2,
        }
    )
    try:
        yield consumer
    finally:
        consumer.close()
