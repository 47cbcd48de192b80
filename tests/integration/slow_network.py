"""Networks that carry few bytes a second: a proxy of our own, and toxiproxy where it is at hand."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import urllib.request
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.brokers.ports import stable_port
from tests.integration.calls import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_ROOT = Path(__file__).parents[2]
_SHARED = Path(os.environ.get("EMOTAG_SHARED", _ROOT.parent / "shared"))
_PIECE = 256


@asynccontextmanager
async def own_proxy(port: int, direction: str, bytes_per_second: int) -> AsyncIterator[int]:
    """A proxy to `port` that is slow in one direction: upstream, to the server, or downstream."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_PIECE if slow else 65_536):
                writer.write(data)
                await writer.drain()
                if slow:
                    await asyncio.sleep(len(data) / bytes_per_second)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port, limit=_PIECE)
        await asyncio.gather(
            pump(reader, back, slow=direction == "upstream"), pump(there, writer, slow=direction == "downstream")
        )

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=_PIECE)
    yield server.sockets[0].getsockname()[1]
    server.close()


@asynccontextmanager
async def toxiproxy(port: int, direction: str, bytes_per_second: int) -> AsyncIterator[int]:
    """The same by toxiproxy; skips the test without it."""
    binary = _SHARED / "tools" / "toxiproxy-server"
    if not binary.exists():
        pytest.skip(f"{binary} is not there")
    control = stable_port()
    process = await asyncio.create_subprocess_exec(
        binary, "-port", str(control), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await until(lambda: _listens(control))
        base = f"http://127.0.0.1:{control}/proxies"
        proxy = {"name": "slow", "listen": "127.0.0.1:0", "upstream": f"127.0.0.1:{port}", "enabled": True}
        toxic = {"type": "bandwidth", "stream": direction, "attributes": {"rate": max(1, bytes_per_second // 1000)}}
        made = await asyncio.to_thread(_post, base, proxy)
        await asyncio.to_thread(_post, f"{base}/slow/toxics", toxic)
        yield int(made["listen"].rpartition(":")[2])
    finally:
        process.kill()
        await process.wait()


def _post(address: str, content: object) -> dict[str, Any]:
    request = urllib.request.Request(address, json.dumps(content).encode(), {"Content-Type": "application/json"})  # noqa: S310 - of this machine
    with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310 - as above
        answer: dict[str, Any] = json.load(reply)
    return answer


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
