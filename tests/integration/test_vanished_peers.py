"""Peers of HTTP that vanish without a word: the kernel asks each whether it is there, whichever server it came to."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from emotag.a2a.server import AgentServer
from emotag.local import EmotionTagger
from emotag.tools import make_server
from emotag.tools_port import ToolsPort
from emotag_service.access.address import hold_address
from emotag_service.access.callers import Callers
from emotag_service.access.protection import Protection
from emotag_service.access.web import WatchedConnection
from emotag_service.http.port import HttpPort
from emotag_service.http.settings import HttpSettings
from tests.integration.calls import until
from tests.integration.web import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from emotag_service.engine.engine import Engine

# Found after 80 s. A time for what is sent would end peers that are there and do not read, and stays the system's.
PROBES = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 2, "TCP_USER_TIMEOUT": 0}


@asynccontextmanager
async def service(engine: Engine) -> AsyncIterator[int]:
    async with opened(engine) as port:
        yield port.port


@asynccontextmanager
async def agent(_: Engine) -> AsyncIterator[int]:
    tagger = EmotionTagger()
    async with AgentServer(tagger.tag_async, tagger.info) as server:
        yield int(server.url.rpartition(":")[2])


@asynccontextmanager
async def tools(_: Engine) -> AsyncIterator[int]:
    async with ToolsPort(make_server(EmotionTagger().tag_async)) as port:
        yield int(port.url.removesuffix("/mcp").rpartition(":")[2])


@asynccontextmanager
async def worker(engine: Engine) -> AsyncIterator[int]:
    """One of several processes on a port."""
    with hold_address("127.0.0.1", 0, plaintext=True) as held:
        port = HttpPort(HttpSettings(port=held.getsockname()[1]), Protection(), held=True)
        port.start(engine, Callers(engine, Protection().quota))
        yield port.port
        await port.stop()


@pytest.mark.parametrize("server", [service, agent, tools, worker])
async def test_each_connection_is_probed(server: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[asyncio.Transport] = []

    class Noted(WatchedConnection):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
            super().connection_made(transport)
            made.append(transport)

    monkeypatch.setattr("emotag_service.access.web.WatchedConnection", Noted)
    serving: AbstractAsyncContextManager[int] = server(engine)
    async with serving as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        await until(lambda: len(made) == 1)
        ours: socket.socket = made[0].get_extra_info("socket")
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0
        known = {name: getattr(socket, name) for name in PROBES if hasattr(socket, name)}
        assert {name: ours.getsockopt(socket.IPPROTO_TCP, option) for name, option in known.items()} == {
            name: PROBES[name] for name in known
        }
        writer.close()
