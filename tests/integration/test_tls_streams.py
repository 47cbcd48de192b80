"""Streams of both clients while certificates change on both sides: those that are open live on, others use new ones."""

from __future__ import annotations

import asyncio
import contextlib
import queue
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emotag import TLS, AsyncEmotionClient, EmotionClient, Retry, UnavailableError
from emotag_service.access.protection import Protection, Quota, TlsFiles
from emotag_service.grpc.server import Server
from tests.integration.authority import Authority, agent_files, replace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from emotag_service.engine.engine import Engine

ONCE = Retry(attempts=1)


class Rotation:
    """Files of a server, which demands certificates, and of a client, and whose authorities change at once.

    Attributes:
        server: Of the server.
        mine: Of the client.
        old: What the client had at first.
    """

    def __init__(self, folder: Path) -> None:
        ours, self._foreign = Authority(folder / "ours"), Authority(folder / "foreign")
        self._served, self.mine, self.old = (agent_files(folder / name) for name in ("served", "mine", "old"))
        replace(self._served, TLS(ours.ca, *ours.server()))
        for files in (self.mine, self.old):
            replace(files, ours.agent("planner"))

    @property
    def protection(self) -> Protection:
        """The server's: it allows one stream a certificate, which tells by which one a second was opened."""
        ca, certificate, key = (
            Path(str(file)) for file in (self._served.ca, self._served.certificate, self._served.key)
        )
        return Protection(tls=TlsFiles(certificate=certificate, key=key, client_ca=ca), quota=Quota(streams=1))

    def rotate(self) -> None:
        """Neither side trusts, or is, what it was before."""
        replace(self._served, TLS(self._foreign.ca, *self._foreign.server()))
        replace(self.mine, self._foreign.agent("worker"))


@pytest.fixture
def rotation(tmp_path: Path) -> Rotation:
    return Rotation(tmp_path)


@contextlib.asynccontextmanager
async def serving(engine: Engine, protection: Protection) -> AsyncIterator[str]:
    server = Server("127.0.0.1", 0, protection=protection)
    await server.start(engine)
    try:
        yield f"localhost:{server.port}"
    finally:
        await server.stop()


async def stranger(target: str, tls: TLS) -> None:
    """Whoever has the old files cannot connect any more."""
    async with AsyncEmotionClient(target, tls=tls, retry=ONCE) as client:
        with pytest.raises(UnavailableError):
            await client.classify("joy", timeout=10)


async def test_a_stream_on_a_loop_lives_on_and_the_next_has_new_certificates(
    engine: Engine, rotation: Rotation
) -> None:
    texts: asyncio.Queue[str] = asyncio.Queue()

    async def given() -> AsyncIterator[str]:
        while text := await texts.get():
            yield text

    async with (
        serving(engine, rotation.protection) as target,
        AsyncEmotionClient(target, tls=rotation.mine, retry=ONCE) as client,
        contextlib.aclosing(client.stream(given())) as stream,
    ):
        await texts.put("joy")
        assert (await anext(stream)).label == "joy"
        rotation.rotate()
        await stranger(target, rotation.old)
        assert [tag.label async for tag in client.stream(["joy"])] == ["joy"]
        assert (await client.classify("joy")).label == "joy"
        for text, label in (("hate", "anger"), ("joy", "joy")):
            await texts.put(text)
            assert (await anext(stream)).label == label
        await texts.put("")
        assert [tag async for tag in stream] == []
        assert (await client.classify("joy")).label == "joy"


def conversation(target: str, rotation: Rotation) -> None:
    texts: queue.Queue[str] = queue.Queue()

    def given() -> Iterator[str]:
        while text := texts.get():
            yield text

    with (
        EmotionClient(target, tls=rotation.mine, retry=ONCE) as client,
        contextlib.closing(client.stream(given())) as stream,
    ):
        texts.put("joy")
        assert next(stream).label == "joy"
        rotation.rotate()
        assert [tag.label for tag in client.stream(["joy"])] == ["joy"]
        assert client.classify("joy").label == "joy"
        for text, label in (("hate", "anger"), ("joy", "joy")):
            texts.put(text)
            assert next(stream).label == label
        texts.put("")
        assert list(stream) == []
        assert client.classify("joy").label == "joy"


async def test_a_blocking_stream_lives_on_and_the_next_has_new_certificates(engine: Engine, rotation: Rotation) -> None:
    async with serving(engine, rotation.protection) as target:
        await asyncio.to_thread(conversation, target, rotation)
        await stranger(target, rotation.old)
