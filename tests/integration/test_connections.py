"""Connections that are too many, too slow, too idle or too old, and garbage, while another client is served."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from grpc import Compression, StatusCode, aio

from emotag import AsyncEmotionClient, Message
from emotag.v1.emotion_service_pb2 import ClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_service.access.protection import ConnectionLimits, Protection
from emotag_service.grpc.server import Server
from tests.integration.calls import frame, messages, read_tags
from tests.integration.http2 import CONTINUATION, HEADERS, HELLO, PREFACE, RST_STREAM, closed, http2_frame

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from emotag_service.engine.engine import Engine

SOON = ConnectionLimits(handshake_seconds=0.5, idle_seconds=0.5)


@asynccontextmanager
async def started(engine: Engine, limits: ConnectionLimits) -> AsyncIterator[Server]:
    server = Server("127.0.0.1", 0, protection=Protection(connections=limits))
    await server.start(engine)
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def serving(engine: Engine, limits: ConnectionLimits) -> AsyncIterator[int]:
    async with started(engine, limits) as server:
        yield server.port


async def label(port: int) -> str:
    async with AsyncEmotionClient(f"127.0.0.1:{port}") as client:
        return (await client.classify("joy")).label


async def drip(writer: asyncio.StreamWriter, start: bytes, drop: bytes) -> None:
    """Send something, and more of it for ever."""
    writer.write(start)
    with suppress(ConnectionError):
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"", b""),
        (PREFACE[:5], b""),
        (HELLO, b""),
        (HELLO + http2_frame(HEADERS, b"\x82", stream=1), http2_frame(CONTINUATION, b"\x40\x01a\x01b", stream=1)),
        (HELLO + http2_frame(HEADERS, b"\x82" * 4096, stream=1)[:20], b"\x82"),
    ],
    ids=["silent", "half a preface", "no call", "continuations", "half a header"],
)
async def test_whoever_makes_no_call_is_dropped_and_nobody_else(engine: Engine, start: bytes, drop: bytes) -> None:
    async with serving(engine, SOON) as port, aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = EmotionServiceStub(channel).StreamClassify()
        await call.write(frame("joy", ids="before"))
        await read_tags(call, 1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        dripping = asyncio.create_task(drip(writer, start, drop))
        await closed(reader)
        dripping.cancel()
        writer.close()
        await call.write(frame("joy", ids="after"))
        assert [tag.message_id for tag in await read_tags(call, 1)] == ["after0"]
        call.cancel()


async def test_no_more_connections_than_allowed(engine: Engine) -> None:
    async with serving(engine, ConnectionLimits(connections=3)) as port:
        open_now = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for _, writer in open_now:
            writer.write(HELLO)
        for reader, _ in open_now:
            assert await reader.read(9)
        reader, late = await asyncio.open_connection("127.0.0.1", port)
        await closed(reader)
        for _, writer in [*open_now, (None, late)]:
            writer.close()
        assert await label(port) == "joy"


async def test_calls_of_one_connection_wait_for_each_other(engine: Engine) -> None:
    async with (
        serving(engine, ConnectionLimits(streams=2)) as port,
        aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        stub = EmotionServiceStub(channel)
        streams = [stub.StreamClassify() for _ in range(2)]
        for stream in streams:
            await stream.write(frame("joy"))
            await read_tags(stream, 1)
        third = asyncio.create_task(read_tags_of(stub.StreamClassify()))
        with pytest.raises(aio.AioRpcError, match="DEADLINE_EXCEEDED"):
            await stub.Classify(ClassifyRequest(messages=messages("joy")), timeout=0.3)
        assert not third.done()
        streams[0].cancel()
        assert await third == ["joy"]
        streams[1].cancel()


async def read_tags_of(call: Any) -> list[str]:
    await call.write(frame("joy"))
    labels = [tag.label for tag in await read_tags(call, 1)]
    call.cancel()
    return labels


@pytest.mark.parametrize("size", [9_000, 100_000])
async def test_metadata_are_bounded(engine: Engine, size: int) -> None:
    async with serving(engine, ConnectionLimits()) as port, aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = EmotionServiceStub(channel)
        request = ClassifyRequest(messages=messages("joy"))
        with pytest.raises(aio.AioRpcError, match="RESOURCE_EXHAUSTED"):
            await stub.Classify(request, metadata=(("x", "y" * size),))
        assert (await stub.Classify(request, metadata=(("x", "y" * 4_000),))).tags[0].label == "joy"


async def test_streams_outlive_the_age_of_their_connection(engine: Engine) -> None:
    async with (
        serving(engine, ConnectionLimits(age_seconds=0.2, grace_seconds=0.1)) as port,
        AsyncEmotionClient(f"127.0.0.1:{port}") as client,
    ):
        tags = [tag async for tag in client.stream(slowly())]
    assert [(tag.message_id, tag.label) for tag in tags] == [(f"m{number}", "joy") for number in range(8)]


async def slowly() -> AsyncIterator[Any]:
    for number in range(8):
        yield Message("joy", id=f"m{number}")
        await asyncio.sleep(0.15)


async def test_a_bomb_is_refused_at_the_limit(engine: Engine) -> None:
    """Forty kilobytes on the wire that become forty megabytes."""
    async with serving(engine, ConnectionLimits()) as port, aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        method = channel.unary_unary("/emotag.v1.EmotionService/Classify")
        with pytest.raises(aio.AioRpcError, match="RESOURCE_EXHAUSTED"):
            await method(b"\x0a\x00" * (20 * 2**20), compression=Compression.Gzip)
        assert await label(port) == "joy"


def garbage(random_: random.Random) -> bytes:
    """Random bytes, random frames, and calls that are reset at once."""
    kind = random_.choice(["bytes", "frames", "resets", "http1"])
    if kind == "bytes":
        return random_.randbytes(random_.randrange(1, 4096))
    if kind == "http1":
        return b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    frames = [HELLO]
    for stream in range(1, 200, 2):
        if kind == "resets":
            frames += [
                http2_frame(HEADERS, b"\x82\x86\x84", flags=4, stream=stream),
                http2_frame(RST_STREAM, b"\x00\x00\x00\x08", stream=stream),
            ]
        else:
            payload = random_.randbytes(random_.randrange(64))
            frames.append(http2_frame(random_.randrange(12), payload, flags=random_.randrange(256), stream=stream))
    return b"".join(frames)


async def throw(port: int, thrown: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        writer.write(thrown)
        await writer.drain()
        writer.write_eof()
        await closed(reader)
    writer.close()


async def test_garbage_harms_nobody_else(engine: Engine) -> None:
    random_ = random.Random(20)
    async with serving(engine, SOON) as port, aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = EmotionServiceStub(channel).StreamClassify()
        for number in range(40):
            await asyncio.gather(*(throw(port, garbage(random_)) for _ in range(5)))
            await call.write(frame("joy", ids=f"{number}-"))
            assert [tag.label for tag in await read_tags(call, 1)] == ["joy"]
        call.cancel()
        assert await label(port) == "joy"


async def test_calls_that_are_too_many_are_reset_at_once_and_may_be_made_again(engine: Engine) -> None:
    async with serving(engine, ConnectionLimits(waiting=4)) as port:
        async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            classify = EmotionServiceStub(channel).Classify
            calls = [classify(ClassifyRequest(messages=messages("joy"))) for _ in range(300)]
            codes = [await call.code() for call in calls]
        assert {code.name for code in codes} == {"OK", "CANCELLED"}
        async with AsyncEmotionClient(f"127.0.0.1:{port}") as client:
            tags = await asyncio.gather(*(client.classify("joy") for _ in range(300)))
        assert {tag.label for tag in tags} == {"joy"}


async def test_calls_that_are_reset_are_in_no_figure_of_the_server(engine: Engine) -> None:
    async with started(engine, ConnectionLimits(waiting=4)) as server:
        async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            classify = EmotionServiceStub(channel).Classify
            calls = [classify(ClassifyRequest(messages=messages("joy"))) for _ in range(300)]
            answered = [await call.code() for call in calls].count(StatusCode.OK)
        assert answered < 300
        assert +server.calls.ended == {("Classify", "OK"): answered}
        assert engine.stats().tagged == answered
        assert sum(engine.stats().reasons.values()) == 0
