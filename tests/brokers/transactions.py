"""Transactions of librdkafka."""

from __future__ import annotations

from collections.abc import Iterable

from confluent_kafka import Producer

from tests.brokers.admin import QUIET, SECONDS
from tests.brokers.records import Seen


def transactional(bootstrap: str, transactional_id: str) -> Producer:
    """A producer with this id, which fences whoever had it before."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id, **QUIET})
    producer.init_transactions(SECONDS)
    return producer


def write_in_transaction(
    bootstrap: str, topic: str, records: Iterable[Seen], *, transactional_id: str, commit: bool = True
) -> None:
    """Write records and commit them, or, once all are in the log, abort them."""
    producer = transactional(bootstrap, transactional_id)
    producer.begin_transaction()
    for one in records:
        produce(producer, topic, one)
    assert producer.flush(SECONDS) == 0
    (producer.commit_transaction if commit else producer.abort_transaction)(SECONDS)


def produce(producer: Producer, topic: str, one: Seen) -> None:
    """Hand over one record."""
    optional = {"partition": one.partition} if one.partition >= 0 else {}
    producer.produce(topic, one.value, one.key, headers=list(one.headers), timestamp=one.timestamp, **optional)
