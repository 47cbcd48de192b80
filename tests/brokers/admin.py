"""Topics, made and asked for by a client that is not the tagger's."""

from __future__ import annotations

from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

# librdkafka writes to stderr whenever a broker is away, which tests see to.
QUIET: dict[str, Any] = {"log_level": 0, "error_cb": lambda error: None}
SECONDS = 30.0


def admin(bootstrap: str, **settings: Any) -> AdminClient:
    """A client for administration; `settings` are librdkafka's."""
    return AdminClient({"bootstrap.servers": bootstrap, **QUIET, **settings})


def make_topic(
    bootstrap: str,
    topic: str,
    *,
    partitions: int = 6,
    replicas: int = -1,
    patience: float = SECONDS,
    **config: str,
) -> bool:
    """Make a topic; False when the broker does not do it. Dots in the names of `config` are written as underscores."""
    settings = {name.replace("_", "."): value for name, value in config.items()}
    wanted = NewTopic(topic, partitions, replicas, config=settings)
    client = admin(bootstrap)  # named: what a client was asked dies with it
    future = client.create_topics([wanted], operation_timeout=patience, request_timeout=patience)[topic]
    try:
        future.result(timeout=patience + 1)
    except (KafkaException, TimeoutError):
        return False
    return True


def add_partitions(bootstrap: str, topic: str, total: int) -> None:
    """Let a topic have that many partitions."""
    client = admin(bootstrap)
    client.create_partitions([NewPartitions(topic, total)])[topic].result(timeout=SECONDS)


def delete_topics(bootstrap: str, *topics: str) -> None:
    """Delete topics that are there."""
    client = admin(bootstrap)
    for future in client.delete_topics(list(topics)).values():
        future.result(timeout=SECONDS)


def delete_groups(bootstrap: str, *groups: str) -> None:
    """Delete consumer groups that have no members, and their offsets, as the cluster does with those that are old."""
    client = admin(bootstrap)
    for future in client.delete_consumer_groups(list(groups), request_timeout=SECONDS).values():
        future.result(timeout=SECONDS + 1)


def partition_count(bootstrap: str, topic: str) -> int:
    """How many partitions a topic has; 0 when it is not there."""
    found = admin(bootstrap).list_topics(timeout=SECONDS).topics.get(topic)
    return 0 if found is None else len(found.partitions)
