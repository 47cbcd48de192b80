"""The load of emotag itself, through its SDK."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from emotag import AsyncEmotionClient, Retry
from tests.benchmarks.peers.load import CALL_SECONDS, Load, run_load
from tests.benchmarks.peers.outcome import Outcome

_ONCE = Retry(attempts=1)  # what is sent again must not count as never lost


async def unary_load(target: str, load: Load, seconds: float) -> Outcome:
    """Unary calls of `load.size` messages."""
    async with AsyncEmotionClient(target, timeout=CALL_SECONDS, retry=_ONCE) as client:

        async def call(texts: Sequence[str]) -> Sequence[str]:
            return [tag.label for tag in await client.classify_many(texts)]

        return await run_load(call, load, seconds)


async def stream_load(target: str, load: Load, seconds: float) -> Outcome:
    """One stream, which the SDK packs into frames of at most 64 messages and holds back by its own window."""
    outcome, written = Outcome(), deque[tuple[float, str]]()

    async def messages(ends: float) -> AsyncIterator[str]:
        for texts, labels in load.calls():
            for text, label in zip(texts, labels, strict=True):
                if (now := time.perf_counter()) > ends:
                    return
                written.append((now, label))
                yield text

    async with AsyncEmotionClient(target, retry=_ONCE) as client:
        await client.classify(load.texts[0])
        began = time.perf_counter()
        async with aclosing(client.stream(messages(began + seconds))) as tags:
            async for tag in tags:
                at, expected = written.popleft()
                outcome.count([tag.label], [expected], time.perf_counter() - at)
        outcome.seconds = time.perf_counter() - began
    if written:
        outcome.lose(len(written), "the stream ended without their tags")
    return outcome
