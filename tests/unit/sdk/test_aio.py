"""What only the asyncio client can do, and how neither client leaves anything behind."""

from __future__ import annotations

import asyncio
import gc
import threading
from contextlib import aclosing, closing
from typing import TYPE_CHECKING

import grpc
import pytest

from emotag import AsyncEmotionClient, ClientClosedError, EmotionClient
from emotag.aio_stream import lost_its_status
from emotag.v1 import message_pb2
from tests.unit.sdk import scripts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.unit.sdk.scripted import ScriptedServer


@pytest.mark.parametrize(
    ("code", "details", "lost"),
    [
        (grpc.StatusCode.INTERNAL, "Internal error from Core", True),
        (grpc.StatusCode.INTERNAL, "the model failed", False),
        (grpc.StatusCode.UNAVAILABLE, "Internal error from Core", False),
    ],
)
def test_a_status_that_grpc_wrote_over_the_servers_is_told(code: grpc.StatusCode, details: str, lost: bool) -> None:
    nothing = grpc.aio.Metadata()
    assert lost_its_status(grpc.aio.AioRpcError(code, nothing, nothing, details=details)) is lost


async def test_async_iterables_are_streamed_while_they_come(server: ScriptedServer) -> None:
    """Each message is made only when the tag of the one before is there."""
    answered: asyncio.Queue[str] = asyncio.Queue()

    async def talk() -> AsyncIterator[str]:
        for number in range(20):
            yield f"turn {number}"
            await answered.get()

    async with AsyncEmotionClient(server.target) as client:
        count = 0
        async for tag in client.stream(talk()):
            answered.put_nowait(tag.message_id)
            count += 1
    assert count == 20


def test_iterables_are_streamed_while_they_come(server: ScriptedServer) -> None:
    answered = threading.Semaphore(0)

    def talk() -> Iterator[str]:
        for number in range(20):
            yield f"turn {number}" if number % 3 else "\ud800"
            answered.acquire()

    with EmotionClient(server.target) as client:
        count = 0
        for _ in client.stream(talk()):
            answered.release()
            count += 1
    assert count == 20


async def test_an_exception_of_an_async_iterable_comes_through(server: ScriptedServer) -> None:
    async def fails() -> AsyncIterator[str]:
        yield "a"
        raise ZeroDivisionError("own")

    async with AsyncEmotionClient(server.target) as client:
        with pytest.raises(ZeroDivisionError):
            [tag async for tag in client.stream(fails())]


async def test_an_iterable_that_is_cancelled_does_not_hang_the_stream(server: ScriptedServer) -> None:
    async def cancelled() -> AsyncIterator[str]:
        yield "a"
        raise asyncio.CancelledError

    async with AsyncEmotionClient(server.target) as client:
        with pytest.raises(asyncio.CancelledError):
            [tag async for tag in client.stream(cancelled())]


async def test_cancelling_the_consumer_cancels_the_call(server: ScriptedServer) -> None:
    server.stream_scripts.append(scripts.never_answers)
    before = asyncio.all_tasks()
    async with AsyncEmotionClient(server.target) as client:

        async def consume() -> None:
            async with aclosing(client.stream(["a"])) as tags:
                async for _ in tags:
                    pass

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await consume()
        assert await asyncio.to_thread(server.ended.wait, 10)
    await only(before)


async def test_many_abandoned_streams_leave_no_task(server: ScriptedServer) -> None:
    async with AsyncEmotionClient(server.target) as client:
        before = asyncio.all_tasks()
        for _ in range(30):
            async with aclosing(client.stream(["a"] * 10)) as tags:
                await anext(tags)
        await only(before)


async def only(expected: set[asyncio.Task[object]]) -> None:
    """Wait until no other task is left; gRPC's own need a moment to end after their call."""
    async with asyncio.timeout(20):
        while asyncio.all_tasks() != expected:  # noqa: ASYNC110, gRPC tells nobody when its tasks end
            await asyncio.sleep(0.005)


def own_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("emotag-")]


def test_abandoned_streams_leave_no_thread(server: ScriptedServer) -> None:
    with EmotionClient(server.target) as client:
        for _ in range(30):
            with closing(client.stream(["a"] * 10)) as tags:
                next(tags)
        forgotten = client.stream(["a"] * 10)
        next(forgotten)
        del forgotten
        gc.collect()
        for thread in own_threads():
            thread.join(10)
    assert own_threads() == []


def test_a_stream_that_is_never_read_starts_nothing(server: ScriptedServer) -> None:
    with EmotionClient(server.target) as client:
        client.stream(["a"]).close()
    assert own_threads() == []
    assert server.calls["StreamClassify"] == 0


def test_closing_the_client_ends_its_streams(server: ScriptedServer) -> None:
    server.stream_scripts.append(scripts.never_answers)
    client = EmotionClient(server.target)
    tags = client.stream(["a"])
    timer = threading.Timer(0.2, client.close)
    timer.start()
    with pytest.raises(Exception, match=r"[Cc]ancel|[Cc]losed"):
        next(tags)
    timer.join()


async def test_closing_the_client_ends_its_stream_without_cancelling_who_reads_it(server: ScriptedServer) -> None:
    client = AsyncEmotionClient(server.target)
    more = asyncio.Event()

    async def talk() -> AsyncIterator[str]:
        yield "first"
        await more.wait()
        yield "second"

    async with aclosing(client.stream(talk())) as tags:
        await anext(tags)
        await client.close()
        more.set()
        with pytest.raises(ClientClosedError):
            await anext(tags)


async def test_closing_the_client_ends_a_call_without_cancelling_who_waits_for_it(server: ScriptedServer) -> None:
    reached, release = threading.Event(), threading.Event()

    def refuse(message: message_pb2.Message) -> None:
        reached.set()
        release.wait(30)

    server.refuse = refuse
    client = AsyncEmotionClient(server.target)
    waiting = asyncio.create_task(client.classify("a"))
    await asyncio.to_thread(reached.wait, 30)
    await client.close()
    try:
        with pytest.raises(ClientClosedError):
            await waiting
    finally:
        release.set()
