"""Callers that are slow, that vanish, that cancel: bounded while they are there, gone when they are gone."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from grpc import aio

from emotag.v1.emotion_service_pb2 import ClassifyRequest, StreamClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag.v1.message_pb2 import Message
from emotag_service.engine.limits import EngineLimits
from tests.integration.calls import exchange, frame, messages, read_tags, tags_of, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceAsyncStub
    from emotag_service.engine.engine import Engine
    from emotag_service.grpc.server import Server
    from tests.integration.scripted import Script


def _streams(server: Server) -> set[Any]:
    assert server._servicer is not None
    return server._servicer.streams._open


def _tasks() -> int:
    return len([task for task in asyncio.all_tasks() if not task.done()])


async def _flood(call: Any, written: list[int]) -> None:
    """Send frames for as long as they are taken."""
    while True:
        start = len(written) * 256
        await call.write(StreamClassifyRequest(messages=[Message(id=str(start + i), text="joy") for i in range(256)]))
        written.append(256)


async def test_reading_stops_at_the_bound_of_the_stream(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine, script: Script
) -> None:
    script.gate.clear()
    call, written = stub.StreamClassify(), list[int]()
    flood = asyncio.create_task(_flood(call, written))
    await until(lambda: engine.stats().held == 2048)
    [stream] = _streams(server)
    assert stream._in_flight == 2048
    script.gate.set()
    await read_tags(call, 4096)
    assert stream._in_flight <= 2048
    flood.cancel()
    call.cancel()
    await until(lambda: not _streams(server) and engine.stats().held == 0)


async def test_a_caller_that_never_reads_is_bounded_and_harms_nobody(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine
) -> None:
    options = [("grpc.max_receive_message_length", -1), ("grpc.http2.lookahead_bytes", 1024)]
    async with aio.insecure_channel(f"127.0.0.1:{server.port}", options=options) as own:
        deaf, written = EmotionServiceStub(own).StreamClassify(), list[int]()
        flood = asyncio.create_task(_flood(deaf, written))
        await until(lambda: bool(_streams(server)))
        [stream] = _streams(server)
        async with asyncio.timeout(60):
            taken = -1
            while len(written) != taken:  # it is held back once nothing more is taken while others are served
                taken = len(written)
                # All that is in flight has its tag, and there is no room for another frame beside it.
                await until(lambda: engine.stats().held == 0 and stream._in_flight > 2048 - 256)
                tags = tags_of(await exchange(stub.StreamClassify(), [frame(*["joy"] * 64)]))
                assert len(tags) == 64
        assert stream._in_flight <= 2048
        flood.cancel()
    await until(lambda: not _streams(server))


class TestSmallQueue:
    @pytest.fixture
    def engine_limits(self) -> EngineLimits:
        return EngineLimits(queue_messages=128)

    async def test_streams_are_held_back_and_not_refused(self, stub: EmotionServiceAsyncStub) -> None:
        async def one(name: int) -> list[str]:
            frames = [frame(*["joy"] * 64, ids=f"{name}-{i}-") for i in range(20)]
            return [tag.label for tag in tags_of(await exchange(stub.StreamClassify(), frames))]

        for labels in await asyncio.gather(*map(one, range(4))):
            assert labels == ["joy"] * (20 * 64)

    async def test_a_caller_that_waits_for_room_can_leave(
        self, stub: EmotionServiceAsyncStub, server: Server, engine: Engine, script: Script
    ) -> None:
        script.gate.clear()
        calls = [stub.StreamClassify() for _ in range(3)]
        floods = [asyncio.create_task(_flood(call, [])) for call in calls]
        await until(lambda: len(_streams(server)) == 3 and engine.stats().held > 0)
        for call, flood in zip(calls, floods, strict=True):
            flood.cancel()
            call.cancel()
        await until(lambda: not _streams(server))
        script.gate.set()
        await until(lambda: engine.stats().held == 0)
        tags = tags_of(await exchange(stub.StreamClassify(), [frame("joy")]))
        assert tags[0].label == "joy"


async def test_a_cancelled_stream_leaves_nothing_behind(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine, script: Script
) -> None:
    script.gate.clear()
    call = stub.StreamClassify()
    await call.write(frame("first"))
    await until(lambda: script.batches == [1])
    await call.write(frame(*["joy"] * 100, ids="later"))
    await until(lambda: engine.stats().held == 101)
    call.cancel()
    await until(lambda: not _streams(server))
    await until(lambda: engine.stats().held <= 1)
    script.gate.set()
    await until(lambda: engine.stats().held == 0)
    assert engine.stats().cancelled >= 100
    assert sum(script.batches) == 1


_VICTIM = """
    import sys, grpc
    from emotag.v1.emotion_service_pb2 import StreamClassifyRequest
    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
    from emotag.v1.message_pb2 import Message

    def frames():
        n = 0
        while True:
            n += 64
            yield StreamClassifyRequest(messages=[Message(id=str(n + i), text="joy") for i in range(64)])

    channel = grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}")
    replies = EmotionServiceStub(channel).StreamClassify(frames())
    next(replies)
    print("streaming", flush=True)
    for _ in replies:
        pass
"""


async def test_a_client_killed_in_mid_stream_leaves_nothing_behind(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine
) -> None:
    tasks = _tasks()
    command = [sys.executable, "-c", textwrap.dedent(_VICTIM), str(server.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:  # noqa: ASYNC220 - read in a thread
        assert victim.stdout is not None
        assert await asyncio.to_thread(victim.stdout.readline) == b"streaming\n"
        victim.kill()
        await asyncio.to_thread(victim.wait)
    await until(lambda: not _streams(server) and engine.stats().held == 0)
    await until(lambda: _tasks() <= tasks)
    assert tags_of(await exchange(stub.StreamClassify(), [frame("joy")]))[0].label == "joy"


async def _cancel_calls(stub: EmotionServiceAsyncStub, engine: Engine, count: int) -> None:
    calls = [stub.Classify(ClassifyRequest(messages=messages(*["joy"] * 20))) for _ in range(count)]
    await until(lambda: engine.stats().held == 20 * count)
    for call in calls:
        call.cancel()


async def _cancel_streams(stub: EmotionServiceAsyncStub, engine: Engine, count: int) -> None:
    streams = [stub.StreamClassify() for _ in range(count)]
    for stream in streams:
        await stream.write(frame(*["joy"] * 20))
    await until(lambda: engine.stats().held == 20 * count)
    for stream in streams:
        stream.cancel()


@pytest.mark.parametrize("cancel", [_cancel_calls, _cancel_streams])
async def test_a_thousand_cancelled_calls_leave_nothing_behind(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine, script: Script, cancel: Callable[..., Any]
) -> None:
    async def cancel_all(calls: int) -> None:
        for _ in range(calls // 50):
            script.gate.clear()
            await cancel(stub, engine, 50)
            await until(lambda: not _streams(server) and engine.stats().held == 0)
            script.gate.set()

    await cancel_all(200)
    tasks, memory, cancelled = _tasks(), _memory(), engine.stats().cancelled
    await cancel_all(1000)
    assert engine.stats().cancelled - cancelled == 1000 * 20
    await until(lambda: _tasks() <= tasks)
    assert _memory() - memory < 16 * 2**20
    assert server._servicer is not None
    callers = server._servicer._callers
    await until(lambda: len(callers) == 0)
    assert (await stub.Classify(ClassifyRequest(messages=messages("joy")))).tags[0].label == "joy"


def _memory() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)
