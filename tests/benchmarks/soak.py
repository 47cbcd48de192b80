"""Memory over a long run with callers that behave badly: `python -m tests.benchmarks.soak --minutes 10`.

Several streams at full speed, streams whose caller reads one frame and then nothing, streams cancelled in the middle,
streams of messages that are refused, and unary calls that are cancelled. Prints the server's resident memory over time, and the last fifth against the second.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import psutil
from grpc import aio

from emotag.v1 import emotion_service_pb2 as pb
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from tests.benchmarks.process import server
from tests.benchmarks.texts import messages

SAMPLE_SECONDS = 5.0
APART = ("grpc.use_local_subchannel_pool", 1)  # so that who resets streams gets nobody else's refused
FRAME = messages(64)
Behaviour = Callable[[str], Awaitable[str]]


async def endless() -> AsyncIterator[pb.StreamClassifyRequest]:
    """Frames without end, the ids never repeating."""
    for number in itertools.count():
        frame = pb.StreamClassifyRequest(messages=FRAME)
        for message in frame.messages:
            message.id = f"{number}-{message.id}"
        yield frame


async def reading(target: str) -> str:
    """A stream that is read to its end."""
    async with aio.insecure_channel(target, [APART]) as channel:
        frames = [frame async for frame in _first(endless(), 50)]
        async for reply in EmotionServiceStub(channel).StreamClassify(iter(frames)):
            if any(not tag.label for tag in reply.tags):
                raise RuntimeError(f"a message was not tagged: {reply}")
    return "streams read to the end"


async def not_reading(target: str) -> str:
    """A stream whose caller reads one frame, then nothing for a while, then is gone."""
    async with aio.insecure_channel(target, [APART]) as channel:
        call = EmotionServiceStub(channel).StreamClassify(endless())
        await call.read()
        await asyncio.sleep(5)
    return "streams never read"


async def cancelling(target: str) -> str:
    """A stream cancelled with much of it in flight, and unary calls cancelled at once."""
    async with aio.insecure_channel(target, [APART]) as channel:
        stub = EmotionServiceStub(channel)
        call = stub.StreamClassify(endless())
        with contextlib.suppress(aio.AioRpcError):  # a server refuses streams of a connection that resets so many
            await call.read()
        call.cancel()
        unary = [stub.Classify(pb.ClassifyRequest(messages=FRAME)) for _ in range(20)]
        await asyncio.sleep(0.002)
        for one in unary:
            one.cancel()
        with contextlib.suppress(asyncio.CancelledError, aio.AioRpcError):
            await asyncio.gather(*unary, return_exceptions=True)
    return "streams and 20 unary calls cancelled"


async def refused(target: str) -> str:
    """A stream of messages that are not tagged, since their ids repeat, cancelled after its first reply."""
    async with aio.insecure_channel(target, [APART]) as channel:
        frame = pb.StreamClassifyRequest(messages=FRAME)
        for message in frame.messages:
            message.id = "again"
        call = EmotionServiceStub(channel).StreamClassify(iter([frame] * 8))
        with contextlib.suppress(aio.AioRpcError):  # as in `cancelling`
            await call.read()
        call.cancel()
    return "streams refused"


async def _first(
    frames: AsyncIterator[pb.StreamClassifyRequest], count: int
) -> AsyncIterator[pb.StreamClassifyRequest]:
    for _ in range(count):
        yield await anext(frames)


BEHAVIOURS: tuple[Behaviour, ...] = (reading, reading, not_reading, not_reading, cancelling, refused)


async def soak(target: str, process: psutil.Process, seconds: float) -> list[float]:
    """Resident megabytes, one sample every `SAMPLE_SECONDS`."""
    end = time.monotonic() + seconds
    done: Counter[str] = Counter()

    async def repeat(behaviour: Behaviour) -> None:
        while time.monotonic() < end:
            done[await behaviour(target)] += 1

    tasks = [asyncio.create_task(repeat(each)) for each in BEHAVIOURS]
    samples = []
    while time.monotonic() < end:
        await asyncio.sleep(SAMPLE_SECONDS)
        samples.append(process.memory_info().rss / 1e6)
        print(
            f"{len(samples) * SAMPLE_SECONDS:6.0f} s {samples[-1]:7.1f} MB  {dict(done)}", file=sys.stderr, flush=True
        )
    await asyncio.gather(*tasks)
    return samples


def main() -> int:
    """Soak a server of its own; exit 1 when a message was not tagged or the server died."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: 10)")
    args = parser.parse_args()
    with server("emotag", "serve") as (target, process, _):
        samples = asyncio.run(soak(target, psutil.Process(process.pid), args.minutes * 60))
    fifth = max(1, len(samples) // 5)
    early, late = statistics.median(samples[fifth : 2 * fifth] or samples), statistics.median(samples[-fifth:])
    print(f"resident memory: {early:.0f} MB in the second fifth, {late:.0f} MB in the last: {late / early:.3f}x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
