"""The load of the service lines: the same client code against any server of the contract."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from emotag.v1 import emotion_service_pb2 as pb
from emotag.v1 import emotion_service_pb2_grpc as rpc
from emotag.v1.message_pb2 import Message
from tests.benchmarks.texts import messages, worst_texts

FRAME_MESSAGES = 64
FRAMES_IN_FLIGHT = 16
_APART = ("grpc.use_local_subchannel_pool", 1)  # a connection of its own


async def unary_rate(target: str, *, calls: int = 3_000, in_flight: int = 32) -> float:
    """Messages per second of unary calls with one message each, `in_flight` at a time."""
    async with grpc.aio.insecure_channel(target) as channel:
        classify = rpc.EmotionServiceStub(channel).Classify
        requests = iter([pb.ClassifyRequest(messages=[message]) for message in messages(calls)])
        await classify(pb.ClassifyRequest(messages=messages(1)))

        async def caller() -> None:
            for request in requests:
                _check((await classify(request)).tags, 1)

        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(in_flight)))
        return calls / (time.perf_counter() - began)


async def long_stream_rate(target: str) -> float:
    """As `stream_rate`, of agents' messages, three times as long."""
    return await stream_rate(target, frames=240, long=True)


async def many_streams_rate(target: str, *, streams: int = 8, frames: int = 150) -> float:
    """Messages per second over so many streams, each on a connection of its own."""
    began = time.perf_counter()
    await asyncio.gather(*(stream_rate(target, frames=frames) for _ in range(streams)))
    return streams * frames * FRAME_MESSAGES / (time.perf_counter() - began)


async def stream_rate(target: str, *, frames: int = 600, long: bool = False) -> float:
    """Messages per second over one stream, packed frames, at most `FRAMES_IN_FLIGHT` unanswered."""
    packed = [pb.StreamClassifyRequest(messages=chunk) for chunk in _chunks(frames, long=long)]
    room = asyncio.Semaphore(FRAMES_IN_FLIGHT)

    async def requests() -> AsyncIterator[pb.StreamClassifyRequest]:
        for frame in packed:
            await room.acquire()
            yield frame

    async with grpc.aio.insecure_channel(target, [_APART]) as channel:
        await channel.channel_ready()
        began = time.perf_counter()
        received = released = 0
        async for reply in rpc.EmotionServiceStub(channel).StreamClassify(requests()):
            _check(reply.tags, len(reply.tags))
            received += len(reply.tags)
            while released < received // FRAME_MESSAGES:
                room.release()
                released += 1
        elapsed = time.perf_counter() - began
    if received != frames * FRAME_MESSAGES:
        raise RuntimeError(f"{target}: sent {frames * FRAME_MESSAGES} messages, got {received} tags")
    return received / elapsed


async def idle_latency(target: str, *, calls: int = 300) -> float:
    """Median milliseconds of one unary call with nothing else in flight."""
    async with grpc.aio.insecure_channel(target) as channel:
        classify = rpc.EmotionServiceStub(channel).Classify
        requests = [pb.ClassifyRequest(messages=[message]) for message in messages(calls)]
        times = []
        for request in requests:
            began = time.perf_counter()
            _check((await classify(request)).tags, 1)
            times.append(time.perf_counter() - began)
        return statistics.median(times) * 1e3


async def health_latency(target: str, *, hostile: bool, checks: int = 200) -> float:
    """Milliseconds of the slowest of a hundred `grpc.health.v1` checks; `hostile`: while the worst legal frames are read.

    That is a stream that always has one more frame of 1,024 texts of unknown words, 3 MB, than was answered.
    """
    async with grpc.aio.insecure_channel(target) as channel, grpc.aio.insecure_channel(target, [_APART]) as other:
        call = rpc.EmotionServiceStub(channel).StreamClassify()
        begun = asyncio.Event()
        feeding = asyncio.create_task(_feed_hostile(call, begun)) if hostile else None
        health, times = health_pb2_grpc.HealthStub(other), []
        if feeding is not None:
            await begun.wait()
        for _ in range(checks):
            began = time.perf_counter()
            await health.Check(health_pb2.HealthCheckRequest())
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)
        if feeding is not None:
            feeding.cancel()
        call.cancel()
        return statistics.quantiles(times, n=100)[-1] * 1e3


async def _feed_hostile(call: grpc.aio.StreamStreamCall, begun: asyncio.Event) -> None:
    texts = worst_texts()
    frame = pb.StreamClassifyRequest(messages=[Message(text=text) for text in texts])
    while True:
        await call.write(frame)
        answered = 0
        while answered < len(texts):
            answered += len((await call.read()).tags)
            begun.set()


def _chunks(frames: int, *, long: bool) -> list[list[pb.ClassifyRequest]]:
    every = messages(frames * FRAME_MESSAGES, long=long)
    return [every[start : start + FRAME_MESSAGES] for start in range(0, len(every), FRAME_MESSAGES)]


def _check(tags: list[pb.ClassifyResponse], count: int) -> None:
    """A rate counts only messages that were really tagged."""
    failed = [tag for tag in tags if not tag.label]
    if failed or len(tags) != count:
        raise RuntimeError(f"a message was not tagged: {failed[:1] or tags}")
