"""Topics full of agents' messages: about 200 bytes of JSON a record, spread evenly over the partitions."""

from __future__ import annotations

import json
from typing import Any

from confluent_kafka import Producer

from tests.benchmarks.texts import short_texts
from tests.brokers.admin import QUIET, make_topic

PARTITIONS = 6
FLUSH_SECONDS = 60
_TEXTS = 100_000  # distinct ones; more than a tagger keeps of what it has read


def fill(bootstrap: str, topic: str, count: int) -> None:
    """Make the topic and put that many records into it, each partition's in order."""
    make(bootstrap, topic)
    producer = Producer(
        {"bootstrap.servers": bootstrap, "linger.ms": 20, "queue.buffering.max.messages": 500_000, **QUIET}
    )
    for number in range(count):
        producer.produce(topic, value(number), key=str(number % 500), partition=number % PARTITIONS)
        if number % 1_000 == 0:
            producer.poll(0)
    if left := producer.flush(FLUSH_SECONDS):
        raise RuntimeError(f"{left} records were not acknowledged in {FLUSH_SECONDS} s")


def make(bootstrap: str, topic: str, **config: Any) -> None:
    """Make an empty topic."""
    if not make_topic(bootstrap, topic, partitions=PARTITIONS, replicas=1, **config):
        raise RuntimeError(f"the broker at {bootstrap} did not make the topic {topic}")


def value(number: int) -> bytes:
    """The record of that number."""
    return json.dumps(
        {
            "id": f"bench-{number}",
            "conversation_id": f"c{number % 500}",
            "sender": "planner",
            "text": short_texts(_TEXTS)[number % _TEXTS],
        }
    ).encode()
