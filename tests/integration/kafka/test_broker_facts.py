"""What exactly-once is built on, shown of every broker without the tagger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiokafka
import pytest
from aiokafka.errors import KafkaError
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from emotag_service.kafka.cluster.client_logs import log_all_but_copies
from emotag_service.kafka.cluster.producers import close_producer
from tests.brokers.admin import QUIET, SECONDS
from tests.brokers.capabilities import Capability, needs
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, committed_offsets, ends, read, write
from tests.brokers.transactions import produce, transactional, write_in_transaction
from tests.integration.kafka.checks import wait_until

NewTopic = Callable[..., str]


def values(broker: Broker, topic: str, *, committed: bool = True) -> list[bytes | None]:
    return [one.value for one in read(broker.bootstrap, topic, committed=committed)]


def test_a_reader_of_committed_records_sees_no_aborted_one(broker: Broker, new_topic: NewTopic, name: str) -> None:
    topic = new_topic(broker, "in", partitions=1)
    for value, commit in ((b"a", True), (b"b", False), (b"c", True)):
        write_in_transaction(broker.bootstrap, topic, [Seen(value, partition=0)], transactional_id=name, commit=commit)
    assert values(broker, topic) == [b"a", b"c"]
    assert values(broker, topic, committed=False) == [b"a", b"b", b"c"]


def test_a_reader_of_committed_records_stops_before_an_open_transaction(
    broker: Broker, new_topic: NewTopic, name: str
) -> None:
    topic = new_topic(broker, "in", partitions=1)
    producer = transactional(broker.bootstrap, name)
    producer.begin_transaction()
    produce(producer, topic, Seen(b"open", partition=0))
    assert producer.flush(SECONDS) == 0
    write(broker.bootstrap, topic, [Seen(b"after", partition=0)])
    assert values(broker, topic) == []
    producer.commit_transaction(SECONDS)
    assert values(broker, topic) == [b"open", b"after"]


def test_who_takes_the_id_over_ends_the_transaction_and_fences(broker: Broker, new_topic: NewTopic, name: str) -> None:
    topic = new_topic(broker, "in", partitions=1)
    old = transactional(broker.bootstrap, name)
    old.begin_transaction()
    produce(old, topic, Seen(b"old", partition=0))
    assert old.flush(SECONDS) == 0
    new = transactional(broker.bootstrap, name)
    assert ends(broker.bootstrap, topic) == ends(broker.bootstrap, topic, committed=False), "it is over"
    with pytest.raises(KafkaException) as caught:
        old.commit_transaction(SECONDS)
    assert caught.value.args[0].fatal()
    new.begin_transaction()
    produce(new, topic, Seen(b"new", partition=0))
    new.commit_transaction(SECONDS)
    assert values(broker, topic) == [b"new"]


def test_a_transaction_lives_through_a_restart(broker: Broker, new_topic: NewTopic, name: str) -> None:
    needs(broker, Capability.RESTART, Capability.TRANSACTIONS_THROUGH_RESTART)
    topic = new_topic(broker, "in", partitions=1)
    producer = transactional(broker.bootstrap, name)
    producer.begin_transaction()
    produce(producer, topic, Seen(b"before", partition=0))
    assert producer.flush(SECONDS) == 0
    broker.stop()
    broker.start()
    produce(producer, topic, Seen(b"after", partition=0))
    producer.commit_transaction(SECONDS)
    assert values(broker, topic) == [b"before", b"after"]


def with_offset(producer: Producer, group: Consumer, topic: str, offset: int) -> None:
    producer.begin_transaction()
    produce(producer, topic, Seen(b"%d" % offset, partition=0))
    place = TopicPartition(topic, 0, offset)
    producer.send_offsets_to_transaction([place], group.consumer_group_metadata(), SECONDS)


def test_offsets_are_committed_with_the_records_or_not_at_all(broker: Broker, new_topic: NewTopic, name: str) -> None:
    topic = new_topic(broker, "in", partitions=1)
    producer = transactional(broker.bootstrap, name)
    group = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": name, **QUIET})
    try:
        with_offset(producer, group, topic, 1)
        producer.commit_transaction(SECONDS)
        wait_until(lambda: committed_offsets(broker.bootstrap, name, topic) == {0: 1})  # markers come a little later
        with_offset(producer, group, topic, 2)
        producer.abort_transaction(SECONDS)
        transactional(broker.bootstrap, name)  # which answers once everything about the last one is written
        assert committed_offsets(broker.bootstrap, name, topic) == {0: 1}
        assert values(broker, topic) == [b"1"]
    finally:
        group.close()


async def commit_for_many(producer: aiokafka.AIOKafkaProducer, place: aiokafka.TopicPartition, name: str) -> None:
    """For many groups: aiokafka adds the first one alone, and those with the same partition of offsets pass."""
    for number in range(30):
        await producer.send_offsets_to_transaction({place: 1}, f"{name}.{number}")


async def test_the_offset_of_a_group_that_is_not_part_of_the_transaction_is_refused(
    broker: Broker, new_topic: NewTopic, name: str
) -> None:
    needs(broker, Capability.GROUPS_OF_TRANSACTIONS)
    asyncio.get_running_loop().set_exception_handler(log_all_but_copies)
    place = aiokafka.TopicPartition(new_topic(broker, "in", partitions=1), 0)
    producer = aiokafka.AIOKafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=name)
    try:
        await producer.start()
        await producer.begin_transaction()
        with pytest.raises(KafkaError):
            await asyncio.wait_for(commit_for_many(producer, place, name), SECONDS)
    finally:
        await close_producer(producer)


def test_a_transaction_that_nobody_ends_is_aborted(broker: Broker, new_topic: NewTopic, name: str) -> None:
    needs(broker, Capability.TRANSACTION_TIMEOUT)
    topic = new_topic(broker, "in", partitions=1)
    settings = {
        "bootstrap.servers": broker.bootstrap,
        "transactional.id": name,
        "transaction.timeout.ms": 1000,
        **QUIET,
    }
    producer = Producer(settings)
    producer.init_transactions(SECONDS)
    producer.begin_transaction()
    produce(producer, topic, Seen(b"orphan", partition=0))
    assert producer.flush(SECONDS) == 0
    write(broker.bootstrap, topic, [Seen(b"after", partition=0)])
    wait_until(lambda: values(broker, topic) == [b"after"])


def test_a_record_larger_than_its_topic_accepts_is_refused(broker: Broker, new_topic: NewTopic) -> None:
    topic = new_topic(broker, "in", partitions=1, max_message_bytes="2000")
    with pytest.raises(AssertionError, match="MSG_SIZE_TOO_LARGE"):
        write(broker.bootstrap, topic, [Seen(b"x" * 5000)])
    write(broker.bootstrap, topic, [Seen(b"fits")])
    assert values(broker, topic) == [b"fits"]
