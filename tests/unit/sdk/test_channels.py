"""When both kinds of channels are closed: once nobody needs them, and all of them with the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, MagicMock

import pytest

from emotag.channels import AsyncChannels, Channels
from tests.integration.authority import Authority

if TYPE_CHECKING:
    pass


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
