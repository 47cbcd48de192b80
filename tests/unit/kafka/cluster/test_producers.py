from __future__ import annotations

import asyncio
import gc
from types import SimpleNamespace

import pytest
from aiokafka.errors import ProducerClosed
from aiokafka.structs import BrokerMetadata, PartitionMetadata
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.cluster import producers
from emotag_service.kafka.cluster.producers import close_producer, idempotent_producer, place, reachable
from emotag_service.kafka.records.record import Outgoing
from tests.unit.engine.helpers import until


def outgoing(partition=None, key=None):
    return Outgoing("out", partition, 0, key, b"v")


def test_the_partition_is_kept_where_there_are_as_many():
    assert place(outgoing(3), 3, 6) == 3
    assert place(outgoing(3), 3, 4) == 3
    assert place(outgoing(), 2, 4) == 2


@pytest.mark.parametrize(("key", "partition"), [(b"21", 1), (b"foobar", 2), (b"abc", 5)])
def test_with_fewer_partitions_a_key_goes_where_every_client_puts_it(key, partition):
    # The hashes of the reference implementation: 21 → -973932308, foobar → -790332482, abc → 479470107.
    hashes = {b"21": -973932308, b"foobar": -790332482, b"abc": 479470107}
    assert place(outgoing(9, key), 9, 7) == (hashes[key] & 0x7FFFFFFF) % 7
    assert 0 <= partition < 7


def test_without_a_key_only_the_source_decides():
    assert [place(outgoing(number), number, 4) for number in range(4, 9)] == [0, 1, 2, 3, 0]


@given(st.one_of(st.none(), st.binary()), st.integers(0, 1_000), st.integers(1, 50))
def test_it_is_always_one_that_exists_and_always_the_same(key, source, partitions):
    chosen = place(outgoing(source, key), source, partitions)
    assert 0 <= chosen < partitions
    assert chosen == place(outgoing(source, key), source, partitions)
    assert chosen in reachable(source, partitions)


def test_only_its_own_partition_can_be_reached_where_there_are_as_many():
    assert list(reachable(3, 6)) == [3]
    assert list(reachable(6, 6)) == [0, 1, 2, 3, 4, 5]


class Cluster:
    """One node, which answers nothing until it is told to; what it is asked stays with it."""

    def __init__(self):
        self.asked, self.closed = [], 0
        self.answers = asyncio.Event()

    async def start(self, producer):
        client = producer.client
        client.cluster._brokers[0] = BrokerMetadata(0, "one.example", 9092, None)
        client.cluster._partitions["out"] = {
            number: PartitionMetadata("out", number, 0, [0], [0], []) for number in range(2)
        }
        client._wait_on_metadata, client.send, client.close = self._topic, self._send, self._close
        producer._txn_manager.set_pid_and_epoch(7, 0)
        await producer._sender.start()

    async def _topic(self, topic):
        return {0, 1}

    async def _send(self, node, request, **_):
        self.asked.append(request)
        await self.answers.wait()
        return SimpleNamespace(API_VERSION=7, topics=[("out", [(0, 0, 5, -1, 0), (1, 0, 5, -1, 0)])])

    async def _close(self):
        self.closed += 1


async def started():
    cluster = Cluster()
    producer = idempotent_producer({"bootstrap_servers": "one.example:9092"}, batch_bytes=1000)
    await cluster.start(producer)
    return cluster, producer


async def write(producer, partition):
    batch = producer.create_batch()
    batch.append(timestamp=1, key=b"k", value=b"v", headers=[])
    return await producer.send_batch(batch, "out", partition=partition)


async def test_what_a_producer_can_deliver_while_it_is_closed_is_delivered():
    cluster, producer = await started()
    written = await write(producer, 0)
    closing = asyncio.ensure_future(close_producer(producer))
    await until(lambda: cluster.asked)
    cluster.answers.set()
    await closing
    assert written.result().offset == 5
    assert cluster.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_it_cannot_deliver_in_time_it_never_does(monkeypatch):
    monkeypatch.setattr(producers, "_CLOSE_SECONDS", 0.01)
    unseen = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unseen.append(context["message"]))
    cluster, producer = await started()
    under_way = await write(producer, 0)
    await until(lambda: cluster.asked)
    waiting = await write(producer, 1)
    late = asyncio.ensure_future(write(producer, 1))  # waits until the one before it is on its way
    await asyncio.sleep(0)
    await close_producer(producer)
    await asyncio.wait((late,))
    errors = [ended.exception() for ended in (under_way, waiting, late)]
    assert [type(error) for error in errors] == [ProducerClosed] * 3
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert (len(cluster.asked), cluster.closed) == (1, 1)
    with pytest.raises(ProducerClosed):
        await write(producer, 0)
    del under_way, waiting, late, errors, producer
    gc.collect()
    await asyncio.sleep(0)
    assert not unseen


async def test_nor_does_it_complain_of_what_was_to_be_sent_again(monkeypatch):
    monkeypatch.setattr(producers, "_CLOSE_SECONDS", 0.01)
    unseen = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unseen.append(context["message"]))
    _, producer = await started()
    producer._sender.sender_task.cancel()  # so that what is put back stays there
    again = await write(producer, 0)
    accumulator = producer._message_accumulator
    nodes, _ = accumulator.drain_by_nodes(ignore_nodes=[])
    for batch in nodes[0].values():
        accumulator.reenqueue(batch)
    await close_producer(producer)
    assert isinstance(again.exception(), ProducerClosed)
    await asyncio.sleep(0)
    assert not unseen


async def test_it_never_does_either_where_the_closing_is_cancelled():
    cluster, producer = await started()
    under_way = await write(producer, 0)
    closing = asyncio.ensure_future(close_producer(producer))
    await until(lambda: cluster.asked)
    closing.cancel()
    await asyncio.wait((closing,))
    assert closing.cancelled()
    assert isinstance(under_way.exception(), ProducerClosed)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert cluster.closed


async def test_where_connections_do_not_close_it_is_given_up_all_the_same(monkeypatch):
    monkeypatch.setattr(producers, "_CLOSE_SECONDS", 0.01)
    monkeypatch.setattr(producers, "_ABANDON_SECONDS", 0.01)
    cluster, producer = await started()
    producer.client.close = asyncio.get_running_loop().create_future
    under_way = await write(producer, 0)
    await until(lambda: cluster.asked)
    await close_producer(producer)
    assert isinstance(under_way.exception(), ProducerClosed)
    assert asyncio.all_tasks() == {asyncio.current_task()}
