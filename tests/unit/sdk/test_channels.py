"""When both kinds of channels are closed: once nobody needs them, and all of them with the client."""

from __future__ import annotations

from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest

from emotag.channel import Connection
from emotag.channels import AsyncChannels, Channels
from emotag.errors import ClientClosedError
from emotag.v1.emotion_service_pb2 import GetModelInfoRequest
from tests.integration.authority import Authority


@pytest.fixture
def connection(authority: Authority) -> Any:
    """A connection whose channels tell whether they are closed."""
    connection = MagicMock(tls=authority.agent("planner"))
    connection.channels = [MagicMock() for _ in range(3)]
    connection.aio_channels = [MagicMock(close=AsyncMock()) for _ in range(3)]
    connection.channel.side_effect, connection.aio_channel.side_effect = connection.channels, connection.aio_channels
    return connection


def closed(channels: list[MagicMock]) -> list[int]:
    """How often each was."""
    return [channel.close.call_count for channel in channels]


def test_blocking_ones(connection: Any, authority: Authority) -> None:
    channels = Channels(connection)
    with channels.service(look=True):
        authority.agent("planner")
        with channels.service(look=True):
            pass
        assert closed(connection.channels) == [0, 0, 0]
    assert closed(connection.channels) == [1, 0, 0]
    authority.agent("planner")
    with channels.service(look=True):
        assert closed(connection.channels) == [1, 1, 0]
        channels.close()
        assert closed(connection.channels) == [1, 1, 1]
    assert closed(connection.channels) == [1, 1, 1]


async def test_those_of_a_loop(connection: Any, authority: Authority) -> None:
    channels = AsyncChannels(connection)
    async with channels.service(look=True):
        authority.agent("planner")
        async with channels.service(look=True):
            pass
        assert closed(connection.aio_channels) == [0, 0, 0]
    assert closed(connection.aio_channels) == [1, 0, 0]
    authority.agent("planner")
    async with channels.service(look=True):
        assert closed(connection.aio_channels) == [1, 1, 0]
        await channels.close()
        assert closed(connection.aio_channels) == [1, 1, 1]
    assert closed(connection.aio_channels) == [1, 1, 1]


def test_a_call_that_begins_when_its_client_has_just_closed_says_so() -> None:
    channels = Channels(Connection("127.0.0.1:1"))

    def call() -> None:
        with channels.service() as service:
            channels.close()
            service.GetModelInfo(GetModelInfoRequest())

    with pytest.raises(ClientClosedError):
        call()


async def test_one_on_a_loop_does_so_too() -> None:
    channels = AsyncChannels(Connection("127.0.0.1:1"))

    async def call() -> None:
        async with channels.service() as service:
            await channels.close()
            await service.GetModelInfo(GetModelInfoRequest())

    with pytest.raises(ClientClosedError):
        await call()
