"""Brokers are reached, and those that are not there are told apart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.reachability import cluster_answers, wait_for_cluster
from emotag_service.kafka.errors import ClusterError
from tests.brokers.ports import stable_port
from tests.brokers.protocol import Broker

NewTopic = Callable[..., str]


def _client(broker: Broker) -> ClientSettings:
    return ClientSettings(bootstrap=tuple(broker.bootstrap.split(",")))


async def test_a_broker_that_is_there_answers(broker: Broker) -> None:
    await wait_for_cluster(_client(broker))
    assert await cluster_answers(_client(broker))


async def test_one_of_several_addresses_is_enough(broker: Broker) -> None:
    nobody = f"127.0.0.1:{stable_port()}"
    await wait_for_cluster(ClientSettings(bootstrap=(nobody, *_client(broker).bootstrap)), patience=0)


async def test_a_broker_that_is_not_there() -> None:
    settings = ClientSettings(bootstrap=(f"127.0.0.1:{stable_port()}",))
    structlog.reset_defaults()
    with capture_logs() as events, pytest.raises(ClusterError) as caught:
        await wait_for_cluster(settings, patience=0.3)
    assert f"no broker answers at {settings.bootstrap[0]}: connection refused; is Kafka running there?" in str(
        caught.value
    )
    assert [event["event"] for event in events] == ["waiting for kafka"]
    assert not await cluster_answers(settings)


async def test_a_broker_that_comes_late(broker: Broker) -> None:
    port = stable_port()
    reaching = asyncio.ensure_future(wait_for_cluster(ClientSettings(bootstrap=(f"127.0.0.1:{port}",)), patience=60))
    await asyncio.sleep(0)
    host, _, target = broker.bootstrap.split(",")[0].rpartition(":")

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(host, int(target))
        await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))

    async with await asyncio.start_server(forward, "127.0.0.1", port):
        await asyncio.wait_for(reaching, 60)


async def test_who_speaks_something_else(unused_server: int) -> None:
    with pytest.raises(ClusterError, match="it hangs up"):
        await wait_for_cluster(ClientSettings(bootstrap=(f"127.0.0.1:{unused_server}",)), patience=0)


@pytest.fixture
async def unused_server() -> Any:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while content := await source.read(65_536):
        target.write(content)
        await target.drain()
    target.close()
