"""The HTTP front of tests: a port over an engine, and requests to it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx2

from emotag_service.access.callers import Callers
from emotag_service.access.protection import Protection
from emotag_service.http.port import HttpPort
from emotag_service.http.settings import HttpSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from emotag_service.engine.engine import Engine

STREAM = "/v1/stream"
CLASSIFY = "/emotag.v1.EmotionService/Classify"
INFER = "/v2/models/emotag/infer"
ROUTES = ["/predict", "/v1/classifications", CLASSIFY, INFER]


@asynccontextmanager
async def opened(
    engine: Engine, protection: Protection | None = None, callers: Callers | None = None, **settings: Any
) -> AsyncIterator[HttpPort]:
    """A port that is open while the context lasts."""
    protection = protection or Protection()
    port = HttpPort(HttpSettings(**settings), protection)
    port.start(engine, Callers(engine, protection.quota) if callers is None else callers)
    try:
        yield port
    finally:
        await port.stop()


def agent(port: HttpPort, **options: Any) -> httpx2.AsyncClient:
    """Who calls it."""
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port.port}", timeout=60, trust_env=False, **options)


def asking(route: str, *texts: str) -> dict[str, Any]:
    """A request of one route for the tags of texts."""
    tensor = {"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [len(texts)], "data": list(texts)}
    return {
        "/predict": {"inputs": [[text] for text in texts]},
        "/v1/classifications": {"input": list(texts)},
        CLASSIFY: {"messages": [{"text": text} for text in texts]},
        INFER: {"inputs": [tensor]},
    }[route]


def line(**message: Any) -> bytes:
    """A line of /v1/stream."""
    return json.dumps(message).encode() + b"\n"


class Talk:
    """One stream by hand, of which each direction can be held back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._rest = b""

    @classmethod
    @asynccontextmanager
    async def begin(cls, port: int, token: str = "") -> AsyncIterator[Talk]:
        """Open one at a port of this machine."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"Host: x\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer {token}"
        writer.write(f"POST {STREAM} HTTP/1.1\r\n{head}\r\n\r\n".encode())
        assert b"200" in await reader.readuntil(b"\r\n\r\n")
        try:
            yield cls(reader, writer)
        finally:
            writer.close()

    def say(self, data: bytes) -> None:
        """Send."""
        self._writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def hear(self) -> dict[str, Any] | None:
        """The next line; None after the last."""
        async with asyncio.timeout(30):
            while b"\n" not in self._rest:
                size = int(await self._reader.readuntil(b"\r\n"), 16)
                self._rest += (await self._reader.readexactly(size + 2))[:-2]
                if not size:
                    return None
        said, _, self._rest = self._rest.partition(b"\n")
        found: dict[str, Any] = json.loads(said)
        return found

    def end(self) -> None:
        """Send nothing more."""
        self._writer.write(b"0\r\n\r\n")
