"""A transaction that its coordinator calls ended, and whose end was never written: KAFKA-20734, made without a crash.

A broker that does not verify partitions takes records of a transaction of which its coordinator was never told. They
stay open when the coordinator ends what it knows of: the state that a crash of a topic's only replica can leave.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from emotag_service.kafka.cluster.producers import transactional_id
from emotag_service.kafka.records.record import Source
from emotag_service.kafka.records.routes import Routes
from tests.brokers.apache import Apache
from tests.brokers.records import Seen, ends, read, read_until, write
from tests.integration.kafka.checks import talk, wait_until
from tests.integration.kafka.running import RunningTagger

Settled = Callable[[], None]
Live = Callable[["Old", Settled], Coroutine[Any, Any, None]]

COUNT = 60
SENT = talk(COUNT, 1)


@pytest.fixture(scope="module")
def trusting(make_apache: Callable[..., Apache]) -> Iterator[Apache]:
    broker = make_apache(extra="transaction.partition.verification.enable=false")
    yield broker
    broker.close()


class Old:
    """A tagger of before, which is killed in the end."""

    def __init__(self, broker: Apache, group: str, source: str, target: str) -> None:
        self._input, self._output, self._group = TopicPartition(source, 0), TopicPartition(target, 0), group
        self._producer = AIOKafkaProducer(
            bootstrap_servers=broker.bootstrap, transactional_id=transactional_id(group, Source(source, 0)), acks="all"
        )

    async def start(self) -> None:
        await self._producer.start()

    async def write(self, records: Sequence[Seen], offset: int | None = None, *, told: bool = True) -> None:
        """Open a transaction; `told` is whether the coordinator learns what it touches."""
        await self._producer.begin_transaction()
        if not told:
            self._producer._txn_manager._txn_partitions.add(self._output)
            self._producer._txn_manager.consumer_group_added(self._group)
        for one in records:
            await self._producer.send_and_wait(self._output.topic, one.value, partition=0)
        if offset is not None:
            await self._producer.send_offsets_to_transaction({self._input: offset}, self._group)

    async def commit(self) -> None:
        await self._producer.commit_transaction()

    async def abort(self) -> None:
        await self._producer.abort_transaction()

    async def die(self) -> None:
        self._producer._sender.sender_task.cancel()  # it sends nothing more, and closes its connections
        await self._producer.stop()


async def commits(old: Old, settled: Settled) -> None:
    await old.write(SENT[:10], offset=10)
    await old.commit()
    await asyncio.to_thread(settled)
    await old.write(SENT[10:42], offset=42, told=False)


async def aborts(old: Old, settled: Settled) -> None:
    await old.write(SENT[:10])
    await old.abort()
    await asyncio.to_thread(settled)
    await old.write(SENT[:32], told=False)


@pytest.mark.parametrize("live", [commits, aborts])
def test_every_message_appears_once(
    trusting: Apache, new_topic: Callable[..., str], tagger: Callable[..., RunningTagger], name: str, live: Live
) -> None:
    source, target = (new_topic(trusting, role, partitions=1) for role in ("in", "out"))
    write(trusting.bootstrap, source, SENT)

    def still_open() -> bool:
        return ends(trusting.bootstrap, target) != ends(trusting.bootstrap, target, committed=False)

    def settled() -> None:
        wait_until(lambda: not still_open())

    async def live_and_die() -> None:
        old = Old(trusting, name, source, target)
        await old.start()
        await live(old, settled)
        await old.die()

    asyncio.run(live_and_die())
    assert still_open()
    running = tagger(trusting, Routes(output=target, inputs=(source,)))
    found = read_until(trusting.bootstrap, target, count=COUNT, alive=running.check)
    running.stop()
    settled()
    assert read(trusting.bootstrap, target) == found, "nothing else comes to light"
    assert [int(json.loads(one.value or b"")["id"][1:]) for one in found] == list(range(COUNT))
