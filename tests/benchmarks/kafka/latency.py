"""How long a record takes through a process, when there are few: from its sending to a read-committed reader."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.benchmarks.kafka.feed import PARTITIONS, value
from tests.benchmarks.kafka.subject import Subject
from tests.brokers.admin import QUIET

RATE = 100.0
RECORDS = 1_000
WARM = 100  # the first of them find connections that are not open yet
PATIENCE_SECONDS = 60


def latencies(bootstrap: str, source: str, output: str, command: Sequence[str]) -> list[float]:
    """Milliseconds of each record, sorted, through `python -m command…` at `RATE` records per second.

    Both topics are empty before. Sender and reader are librdkafka's, in this process, by one clock.
    """
    with Subject(command) as subject:
        reader = _reader(bootstrap, output)
        try:
            _send_until_it_answers(bootstrap, source, reader, subject)
            return sorted(_measure(bootstrap, source, reader, subject)[WARM:])
        finally:
            reader.close()


def _reader(bootstrap: str, topic: str) -> Consumer:
    settings = {"isolation.level": "read_committed", "fetch.wait.max.ms": 500, "enable.auto.commit": False}
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "latency", **settings, **QUIET})
    reader.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])
    return reader


def _send_until_it_answers(bootstrap: str, source: str, reader: Consumer, subject: Subject) -> None:
    """Wait until the subject has joined its group, every partition of it."""
    producer = Producer({"bootstrap.servers": bootstrap, **QUIET})
    for partition in range(PARTITIONS):
        producer.produce(source, value(0), partition=partition)
    producer.flush(PATIENCE_SECONDS)
    _read(reader, PARTITIONS, subject)


def _measure(bootstrap: str, source: str, reader: Consumer, subject: Subject) -> list[float]:
    sent: list[float] = []
    sending = threading.Thread(target=_send, args=(bootstrap, source, sent))
    sending.start()
    arrived = _read(reader, RECORDS, subject)
    sending.join()
    return [(time_seen - sent[number]) * 1e3 for number, time_seen in sorted(arrived.items())]


def _send(bootstrap: str, source: str, sent: list[float]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0, **QUIET})
    began = time.perf_counter()
    for number in range(RECORDS):
        time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        sent.append(time.perf_counter())
        producer.produce(source, value(number), key=str(number), partition=number % PARTITIONS)
        producer.poll(0)
    producer.flush(PATIENCE_SECONDS)


def _read(reader: Consumer, count: int, subject: Subject) -> dict[int, float]:
    """When each of the next records was seen, by its number, which is its key."""
    seen: dict[int, float] = {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    read = 0
    while read < count:
        subject.check(f"{read} of {count} records came out")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{read} of {count} records came out in {PATIENCE_SECONDS} s")
        for message in reader.consume(100, timeout=0.05):
            if message.error() is None:
                read += 1
                seen[int(message.key() or b"-1")] = time.perf_counter()
    return seen
