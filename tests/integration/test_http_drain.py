"""The end of the HTTP port: what was taken is answered to the last byte, and nobody else holds it up."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import signal
import socket
import ssl
import termios
from contextlib import asynccontextmanager
from math import inf
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from emotag_service.access import web as web_module
from emotag_service.access.protection import Protection, TlsFiles
from tests.integration.calls import until
from tests.integration.process import Serving
from tests.integration.web import STREAM, Talk, asking, line, opened
from tests.unit.ops.helpers import get, samples, value

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from emotag_service.engine.engine import Engine
    from emotag_service.http.port import HttpPort
    from tests.integration.authority import Authority

LINES = 900  # of a stream, which holds more; their answers are more than the buffers between two sockets can grow to
LONG = "i am so angry ! " * 40
SMALL = 64 * 1024
HEAD = f"POST {STREAM}?all_scores=true&explain=true HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def _is_told() -> bool:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as connection:
        try:
            fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
        except OSError:
            return False
        return True


told = pytest.mark.skipif(not _is_told(), reason="this system does not tell what a connection has not sent yet")


@asynccontextmanager
async def connected(
    port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection of which little is held on this side until it is read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    name = None if tls is None else "localhost"
    reader, writer = await asyncio.open_connection(sock=connection, ssl=tls, server_hostname=name)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


@asynccontextmanager
async def computed(server: Serving) -> AsyncIterator[Talk]:
    """A stream on which every line is computed, and nothing read."""
    [http], [operators] = server.logged("http port opened"), server.logged("operators port opened")
    async with connected(http["port"]) as (reader, writer):
        writer.write(HEAD.encode())
        assert b"200" in await reader.readuntil(b"\r\n\r\n")
        talk = Talk(reader, writer)
        for number in range(LINES):
            talk.say(line(id=str(number), text=LONG))
        async with asyncio.timeout(60):
            while await _tagged(operators["port"]) < LINES:  # noqa: ASYNC110 - another process changes it
                await asyncio.sleep(0.05)
        yield talk


async def _tagged(port: int) -> float:
    return value(samples((await get(port, "metrics")).text), "emotag_messages_total")


def serving(checkpoint: Path, seconds: str) -> Serving:
    return Serving(checkpoint, "--http-port", "0", "--ops-port", "0", "--drain-seconds", seconds)


@told
async def test_who_reads_slowly_has_every_answer_and_the_last_line(checkpoint: Path) -> None:
    async with serving(checkpoint, "600") as server, computed(server) as talk:
        [http] = server.logged("http port opened")
        server.send(signal.SIGTERM)
        await until(lambda: bool(server.logged("stopping")))
        for number in range(LINES):
            if number < LINES // 3:  # while what is left is more than buffers hold; so slowly it reads
                assert (await get(http["port"], "v2/health/live")).status == 200
            assert (await talk.hear() or {})["messageId"] == str(number)
        assert (await talk.hear() or {})["error"]["code"] == "unavailable"
        assert await talk.hear() is None
        assert await server.exit_code() == 0
    [stopped] = server.logged("stopped")
    assert (stopped["clean"], stopped["unanswered"]) == (True, 0)
    assert not server.logged("replies cut off")


@told
async def test_who_never_reads_is_cut_off_and_the_log_says_so(checkpoint: Path) -> None:
    async with serving(checkpoint, "1") as server, computed(server):
        server.send(signal.SIGTERM)
        assert await server.exit_code() == 1
    [cut_off], [stopped] = server.logged("replies cut off"), server.logged("stopped")
    assert cut_off["replies"] == 1
    assert (stopped["clean"], stopped["unanswered"]) == (False, 0)
    assert "Traceback" not in server.raw


@asynccontextmanager
async def draining_reply(
    engine: Engine, protection: Protection, tls: ssl.SSLContext | None, *, small: bool
) -> AsyncIterator[tuple[HttpPort, asyncio.StreamReader]]:
    """A port that drains, and a connection whose reply it has written: `small`, most of it not to the kernel yet."""
    async with opened(engine, protection, host="localhost") as port:
        if small:
            port._web._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)  # from where connections have it
        async with connected(port.port, tls) as (reader, writer):
            asked = json.dumps(asking("/predict", *["joy"] * 1000)).encode()
            writer.write(
                b"POST /predict?taxonomy=goemotions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                % (len(asked), asked)
            )
            assert port.traffic is not None
            ended, traffic = ("/predict", "200"), port.traffic
            await until(lambda: traffic.ended[ended] == 1)
            port.drain()
            yield port, reader


def _not_known(*_: object) -> bytes:
    raise OSError(errno.ENOTTY, "no such request of this system")


@pytest.mark.parametrize(
    ("small", "encrypted"),
    [
        pytest.param(True, False, id="plaintext"),
        pytest.param(True, True, id="tls"),
        pytest.param(False, False, id="in the kernel", marks=told),
    ],
)
async def test_a_reply_is_waited_for_until_its_last_byte_is_there(
    engine: Engine, authority: Authority, monkeypatch: pytest.MonkeyPatch, small: bool, encrypted: bool
) -> None:
    if small:
        monkeypatch.setattr(fcntl, "ioctl", _not_known)  # what the process itself holds is enough to know
    certificate, key = authority.server()
    protection = Protection(tls=TlsFiles(certificate=certificate, key=key) if encrypted else None)
    tls = ssl.create_default_context(cafile=str(authority.ca)) if encrypted else None
    async with draining_reply(engine, protection, tls, small=small) as (port, reader):
        with capture_logs() as logs:
            assert await port.replied(0) == 1
        assert logs == [{"event": "replies cut off", "replies": 1, "log_level": "warning"}]
        waiting = asyncio.create_task(port.replied(inf))
        async with asyncio.timeout(60):
            head = await reader.readuntil(b"\r\n\r\n")
            [size] = [int(one[1]) for one in map(bytes.split, head.splitlines()) if one[:1] == [b"content-length:"]]
            assert size > 1_000_000
            await reader.readexactly(size // 2)  # the rest is more than is held on this side
            assert not waiting.done()
            await reader.readexactly(size - size // 2)
            assert await waiting == 0


async def test_who_goes_away_is_not_waited_for(engine: Engine) -> None:
    async with opened(engine) as port:
        async with connected(port.port) as (reader, writer):
            writer.write(HEAD.encode())
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
            waiting = asyncio.create_task(port.replied(inf))
        async with asyncio.timeout(60):
            assert await waiting == 0


async def test_who_goes_on_asking_holds_nothing_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is owed is the reply that was under way, not those of later requests on its connection."""
    monkeypatch.setattr(web_module, "_LOOK_SECONDS", 0)
    async with opened(engine) as port, connected(port.port) as (reader, writer):
        writer.write(HEAD.encode())
        assert b"200" in await reader.readuntil(b"\r\n\r\n")
        [connection] = port._web._server.server_state.connections  # type: ignore[union-attr]
        waiting = asyncio.create_task(port.replied(inf))
        await asyncio.sleep(0)
        monkeypatch.setattr(type(connection), "owes", lambda _: True)
        under_way = connection.cycle  # type: ignore[union-attr]
        await asyncio.sleep(0)
        assert not waiting.done()
        monkeypatch.setattr(connection, "cycle", object())  # the next request
        async with asyncio.timeout(60):
            assert await waiting == 0
        monkeypatch.setattr(connection, "cycle", under_way)


async def test_a_stream_whose_caller_still_sends_has_its_last_line(engine: Engine) -> None:
    async with opened(engine) as port:
        port._web._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        async with connected(port.port) as (reader, writer):
            writer.write(HEAD.encode())
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
            talk = Talk(reader, writer)
            for number in range(20_000):  # of which most wait on the way, since no answer is read
                talk.say(line(id=str(number), text="joy"))
            await until(lambda: engine.stats().tagged > 2000)
            port.drain()
            waiting, heard = asyncio.create_task(port.replied(inf)), 0
            while "messageId" in (last := await talk.hear() or {}):
                assert last["messageId"] == str(heard)
                heard += 1
            assert last["error"]["code"] == "unavailable"
            assert await talk.hear() is None
            assert heard == engine.stats().tagged
            async with asyncio.timeout(60):
                assert await waiting == 0


@pytest.mark.parametrize("late", [False, True])
async def test_a_body_that_is_not_there_yet_is_refused(engine: Engine, late: bool) -> None:
    async with opened(engine) as port, connected(port.port) as (reader, writer):
        if late:
            port.drain()
        writer.write(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        if not late:
            assert port.traffic is not None
            traffic = port.traffic
            await until(lambda: traffic.open["/predict"] == 1)
            port.drain()
        async with asyncio.timeout(60):
            assert b"503" in await reader.readuntil(b"\r\n\r\n")
            assert await port.replied(inf) == 0
