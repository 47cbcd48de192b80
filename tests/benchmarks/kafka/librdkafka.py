"""A bare pass-through of confluent-kafka, the faster client: one thread, one producer, as its documentation shows it.

It sends the consumer's generation with its offsets, so one producer is enough for all partitions. Run as
`python -m tests.benchmarks.kafka.librdkafka`.
"""

from __future__ import annotations

import time
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.benchmarks.kafka.arguments import Copy

HEADER = ("emotion-label", b"joy")
BATCH = 1_000


def run(what: Copy) -> None:
    """Copy until killed."""
    consumer = Consumer(
        {
            "bootstrap.servers": what.bootstrap,
            "group.id": what.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([what.input])
    producer = Producer(_settings(what))
    if what.exactly_once:
        producer.init_transactions()
    while True:
        _transaction(what, consumer, producer)


def _transaction(what: Copy, consumer: Consumer, producer: Producer) -> None:
    """Copy what comes until the age or size is reached, then make it visible."""
    due = copied = 0.0
    while copied < what.transaction_records and (not due or time.monotonic() < due):
        messages = consumer.consume(BATCH, timeout=max(0.0, due - time.monotonic()) if due else 1.0)
        if not messages:
            continue
        if not due:
            due = time.monotonic() + what.transaction_seconds
            if what.exactly_once:
                producer.begin_transaction()
        for message in messages:
            _produce(producer, what.output, message)
        copied += len(messages)
    _commit(what, consumer, producer)


def _produce(producer: Producer, topic: str, message: Any) -> None:
    headers = [*(message.headers() or ()), HEADER]
    place, time_ms = message.partition(), message.timestamp()[1]
    try:
        producer.produce(topic, message.value(), message.key(), place, timestamp=time_ms, headers=headers)
    except BufferError:
        producer.poll(1.0)
        producer.produce(topic, message.value(), message.key(), place, timestamp=time_ms, headers=headers)
    producer.poll(0)


def _commit(what: Copy, consumer: Consumer, producer: Producer) -> None:
    offsets = consumer.position(consumer.assignment())
    if what.exactly_once:
        producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata())
        producer.commit_transaction()
    else:
        producer.flush()
        consumer.commit(offsets=[place for place in offsets if place.offset >= 0], asynchronous=False)


def _settings(what: Copy) -> dict[str, Any]:
    settings = {"bootstrap.servers": what.bootstrap, "linger.ms": 5, "acks": "all"}
    return {**settings, "transactional.id": f"{what.group}:{what.input}"} if what.exactly_once else settings


if __name__ == "__main__":
    run(Copy.read(__doc__))
