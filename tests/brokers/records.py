"""Records written and read by librdkafka: a witness that shares no code with the tagger's client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition

from tests.brokers.admin import QUIET, SECONDS, partition_count

PAUSE_SECONDS = 0.2  # between two looks; each is a consumer of its own, which sees what any new reader would see

Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that was read, or one to write: then partition -1 is chosen by key, timestamp 0 is now."""

    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    partition: int = -1
    timestamp: int = 0
    offset: int = -1
    topic: str = ""

    def header(self, name: str) -> bytes | None:
        """The last header of that name. Raises KeyError."""
        return dict(self.headers)[name]

    @property
    def headers_sent(self) -> Headers:
        """Those that the tagger did not add."""
        return tuple(pair for pair in self.headers if not pair[0].startswith("emotion-"))


def write(bootstrap: str, topic: str, records: Iterable[Seen], **settings: Any) -> None:
    """Write records, in order, and wait until each is acknowledged; `settings` are librdkafka's, dots as underscores."""
    producer = Producer(_settings(bootstrap, {"enable.idempotence": True, "linger.ms": 5}, settings))
    failed: list[KafkaError] = []
    for one in records:
        optional = {"partition": one.partition} if one.partition >= 0 else {}
        producer.produce(
            topic, one.value, one.key, headers=list(one.headers), timestamp=one.timestamp,
            on_delivery=lambda error, _: failed.append(error) if error is not None else None, **optional,
        )  # fmt: skip
        producer.poll(0)
    left = producer.flush(SECONDS)
    assert not left, f"{left} records not acknowledged by {topic}"
    assert not failed, failed


def read(bootstrap: str, *topics: str, committed: bool = True, **settings: Any) -> list[Seen]:
    """Read topics to their present ends, as far as a reader of committed (or of all) records sees; partition by partition."""
    consumer = Consumer(
        _settings(
            bootstrap,
            {
                "group.id": "read",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed" if committed else "read_uncommitted",
                "fetch.wait.max.ms": 20,
            },
            settings,
        )
    )
    try:
        places = [
            TopicPartition(topic, partition, OFFSET_BEGINNING)
            for topic in topics
            for partition in range(partition_count(bootstrap, topic))
        ]
        consumer.assign(places)
        return sorted(_drain(consumer, len(places)), key=lambda one: (one.topic, one.partition, one.offset))
    finally:
        consumer.close()


def read_until(
    bootstrap: str, *topics: str, count: int, seconds: float = 60.0, alive: Callable[[], object] | None = None
) -> list[Seen]:
    """Read committed records again and again until there are that many, or more; fails when they do not come.

    `alive` is called in between, to raise when what is to write them has died.
    """
    until = time.monotonic() + seconds
    while len(found := read(bootstrap, *topics)) < count:
        assert time.monotonic() < until, f"{len(found)} of {count} records in {', '.join(topics)} after {seconds:g} s"
        if alive is not None:
            alive()
        time.sleep(PAUSE_SECONDS)
    return found


def ends(bootstrap: str, topic: str, *, committed: bool = True) -> dict[int, int]:
    """By partition, the offset that a reader of committed (or of all) records can come to."""
    level = "read_committed" if committed else "read_uncommitted"
    consumer = Consumer(_settings(bootstrap, {"group.id": "read", "isolation.level": level}, {}))
    try:
        return {
            partition: consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=SECONDS)[1]
            for partition in range(partition_count(bootstrap, topic))
        }
    finally:
        consumer.close()


def committed_offsets(bootstrap: str, group: str, topic: str) -> dict[int, int]:
    """What a group has committed, by partition; those without a commit are left out."""
    consumer = Consumer(_settings(bootstrap, {"group.id": group}, {}))
    try:
        places = [TopicPartition(topic, partition) for partition in range(partition_count(bootstrap, topic))]
        return {
            place.partition: place.offset for place in consumer.committed(places, timeout=SECONDS) if place.offset >= 0
        }
    finally:
        consumer.close()


def commit_offset(bootstrap: str, group: str, place: TopicPartition) -> None:
    """Commit an offset for a group without members, as an operator does."""
    consumer = Consumer(_settings(bootstrap, {"group.id": group}, {}))
    try:
        consumer.commit(offsets=[place], asynchronous=False)
    finally:
        consumer.close()


def _drain(consumer: Consumer, open_partitions: int) -> list[Seen]:
    seen, ended = [], set()
    until = time.monotonic() + SECONDS
    while len(ended) < open_partitions:
        assert time.monotonic() < until, f"{len(ended)} of {open_partitions} partitions came to their ends"
        for message in consumer.consume(500, timeout=0.1):
            until = time.monotonic() + SECONDS
            error = message.error()
            if error is None:
                seen.append(_seen(message))
            elif error.code() == KafkaError._PARTITION_EOF:
                ended.add((message.topic(), message.partition()))
            else:
                assert error.retriable(), error
    return seen


def _seen(message: Any) -> Seen:
    return Seen(
        message.value(), message.key(), tuple(message.headers() or ()), message.partition(), message.timestamp()[1],
        message.offset(), message.topic(),
    )  # fmt: skip


def _settings(bootstrap: str, ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    given = {name.replace("_", "."): value for name, value in theirs.items()}
    return {"bootstrap.servers": bootstrap, **QUIET, **ours, **given}
