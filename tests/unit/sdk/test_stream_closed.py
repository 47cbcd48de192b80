"""Streams of a client that is closed while no call of theirs is open, which would end with its channel."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from emotag import AsyncEmotionClient, ClientClosedError, EmotionClient, InvalidArgumentError
from emotag.session import Session
from tests.unit.sdk.scripts import drains_when_idle, ends_early

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.unit.sdk.scripted import ScriptedServer, StreamScript

LONG = 20.0  # a wait that nothing but its end would end
SILENCES = pytest.mark.parametrize("said", [0, 1], ids=["before the first message", "after an answer"])


@pytest.fixture(params=[ends_early, drains_when_idle])
def one_answer(request: pytest.FixtureRequest, server: ScriptedServer) -> StreamScript:
    """Both ways in which a server leaves a stream with nothing unanswered and no call."""
    return request.param(server, 1)


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set once a call of a stream is over and another one not yet open."""
    over, original = threading.Event(), Session.closed

    def closed(session: Session, error: Any) -> float:
        try:
            return original(session, error)
        finally:
            over.set()

    monkeypatch.setattr(Session, "closed", closed)
    return over


class Silence:
    """A source that says so many messages and nothing more, and tells when it has."""

    def __init__(self, said: int) -> None:
        self.said = said
        self.begun = threading.Event()
        self.over = threading.Event()

    def __iter__(self) -> Iterator[str]:
        yield from ["thank you"] * self.said
        self.begun.set()
        self.over.wait(LONG)

    async def __aiter__(self) -> AsyncIterator[str]:
        for text in ["thank you"] * self.said:
            yield text
        self.begun.set()
        await asyncio.Event().wait()


def own_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("emotag-")}


@SILENCES
def test_a_silent_one_ends(server: ScriptedServer, one_answer: StreamScript, between: Any, said: int) -> None:
    server.stream_scripts.append(one_answer)
    before, client, source = own_threads(), EmotionClient(server.target), Silence(said)

    def close() -> None:
        assert source.begun.wait(LONG)
        assert not said or between.wait(LONG)
        client.close()

    def read() -> None:
        for tag in client.stream(source, timeout=LONG):
            got.append(tag)  # noqa: PERF402 - what came before the error is looked at

    closer, got = threading.Thread(target=close), []
    closer.start()
    with pytest.raises(ClientClosedError):
        read()
    closer.join()
    assert len(got) == server.calls["StreamClassify"] == said
    source.over.set()
    for thread in own_threads() - before:
        thread.join(LONG)
    assert not own_threads() - before


@SILENCES
async def test_a_silent_one_on_a_loop_ends(
    server: ScriptedServer, one_answer: StreamScript, between: Any, said: int
) -> None:
    server.stream_scripts.append(one_answer)
    client, source = AsyncEmotionClient(server.target), Silence(said)
    got = []

    async def read() -> None:
        async for tag in client.stream(source, timeout=LONG):
            got.append(tag)  # noqa: PERF401 - what came before the error is looked at

    reading = asyncio.create_task(read())
    assert await asyncio.to_thread(source.begun.wait, LONG)
    assert not said or await asyncio.to_thread(between.wait, LONG)
    await client.close()
    with pytest.raises(ClientClosedError):
        await reading
    assert len(got) == server.calls["StreamClassify"] == said


def test_one_that_begins_afterwards_reads_nothing(server: ScriptedServer) -> None:
    before, client, source = own_threads(), EmotionClient(server.target), Silence(0)
    early = client.stream(source)
    client.close()
    for tags in (early, client.stream(source)):
        with pytest.raises(ClientClosedError):
            next(tags)
    assert not source.begun.is_set()
    assert own_threads() == before


async def test_nor_does_one_on_a_loop(server: ScriptedServer) -> None:
    client, source = AsyncEmotionClient(server.target), Silence(0)
    early = client.stream(source, timeout=LONG)
    await client.close()
    for tags in (early, client.stream(source, timeout=LONG)):
        with pytest.raises(ClientClosedError):
            await anext(tags)
    assert not source.begun.is_set()


def test_one_whose_messages_are_all_answered_ends_in_order(server: ScriptedServer, between: Any) -> None:
    client = EmotionClient(server.target)
    tags = client.stream(["thank you"] * 3)
    next(tags)
    assert between.wait(LONG)
    client.close()
    assert len(list(tags)) == 2


async def test_and_so_does_one_on_a_loop(server: ScriptedServer, between: Any) -> None:
    client = AsyncEmotionClient(server.target)
    async with contextlib.aclosing(client.stream(["thank you"] * 3)) as tags:
        await anext(tags)
        assert await asyncio.to_thread(between.wait, LONG)
        await client.close()
        assert len([tag async for tag in tags]) == 2


async def test_one_on_a_loop_takes_no_more_of_what_needs_no_server(server: ScriptedServer) -> None:
    client = AsyncEmotionClient(server.target)

    async def bad() -> AsyncIterator[InvalidArgumentError]:
        for _ in range(1 << 14):  # many times what a stream holds
            yield InvalidArgumentError("a line is bad")

    async with contextlib.aclosing(client.stream(bad())) as tags:
        await anext(tags)
        await client.close()
        with pytest.raises(ClientClosedError):
            async for _ in tags:
                pass


def test_a_signal_may_close_the_client_while_the_stream_holds_its_lock(server: ScriptedServer) -> None:
    client, source = EmotionClient(server.target), Silence(0)
    tags = client.stream(source, timeout=LONG)
    lock = tags.gi_frame.f_locals["self"]._lock
    with lock:
        closer = threading.Thread(target=client.close)
        closer.start()
        closer.join(LONG)
        assert not closer.is_alive()
    with pytest.raises(ClientClosedError):
        next(tags)


@pytest.mark.parametrize("kind", [EmotionClient, AsyncEmotionClient])
def test_one_that_was_dropped_is_not_kept_by_its_client(kind: Any) -> None:
    client = kind("127.0.0.1:1")
    tags = client.stream(["thank you"])
    frame = tags.gi_frame if kind is EmotionClient else tags.ag_frame
    stream = weakref.ref(frame.f_locals["self"])
    del tags, frame
    gc.collect()
    assert stream() is None
