"""Callers over slow networks get all their answers, and nobody waits for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from emotag import AsyncEmotionClient
from tests.integration.slow_network import own_proxy, toxiproxy

if TYPE_CHECKING:
    from emotag_service.grpc.server import Server

MESSAGES = 200
BYTES_PER_SECOND = 6_000


@pytest.mark.parametrize("network", [own_proxy, toxiproxy])
@pytest.mark.parametrize("direction", ["upstream", "downstream"])
async def test_a_slow_caller_harms_nobody(server: Server, network: Any, direction: str) -> None:
    async with (
        network(server.port, direction, BYTES_PER_SECOND) as port,
        AsyncEmotionClient(f"127.0.0.1:{port}") as slow,
        AsyncEmotionClient(f"127.0.0.1:{server.port}") as fast,
    ):
        streaming = asyncio.create_task(stream(slow))
        answered = 0
        while not streaming.done():
            assert (await fast.classify("joy", timeout=10)).label == "joy"
            answered += 1
        assert await streaming == ["joy"] * MESSAGES
        assert answered > 10


async def stream(client: AsyncEmotionClient) -> list[str]:
    return [tag.label async for tag in client.stream("joy " * 15 for _ in range(MESSAGES))]
