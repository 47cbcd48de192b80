"""The load: distinct texts in calls of a size, so many in flight, each reply compared with the model in process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import aiohttp

from tests.benchmarks.peers.outcome import Outcome

CALL_SECONDS = 30.0  # an answer that takes longer is lost
Call = Callable[[Sequence[str]], Awaitable[Sequence[str]]]


@dataclass(frozen=True)
class Load:
    """What is asked.

    Attributes:
        name: Of the texts, for the table.
        texts: Distinct, each with something to read; so many that going round them is no repetition that a cache sees.
        labels: Of each text, as the model gives it in process.
        size: Messages a call.
        in_flight: Calls at a time.
    """

    name: str
    texts: Sequence[str]
    labels: Sequence[str]
    size: int
    in_flight: int

    def calls(self) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
        """Texts and labels of one call after the other, without end."""
        starts = range(0, len(self.texts) - self.size + 1, self.size)
        for start in cycle(starts):
            yield self.texts[start : start + self.size], self.labels[start : start + self.size]


async def run_load(call: Call, load: Load, seconds: float) -> Outcome:
    """Call for so many seconds, after one call a worker that is not counted; what is under way then is waited for."""
    outcome, calls = Outcome(), load.calls()
    await asyncio.gather(*(_one(call, *each, Outcome()) for each in islice(calls, load.in_flight)))
    began = time.perf_counter()

    async def worker() -> None:
        while time.perf_counter() - began < seconds:
            await _one(call, *next(calls), outcome)

    await asyncio.gather(*(worker() for _ in range(load.in_flight)))
    outcome.seconds = time.perf_counter() - began
    return outcome


async def _one(call: Call, texts: Sequence[str], expected: Sequence[str], outcome: Outcome) -> None:
    began = time.perf_counter()
    try:
        labels = await call(texts)
    except Exception as error:  # noqa: BLE001 - a peer may fail as it likes, and the row says how
        outcome.lose(len(texts), f"{type(error).__name__}: {error}")
    else:
        outcome.count(labels, expected, time.perf_counter() - began)


async def http_load(url: str, load: Load, seconds: float) -> Outcome:
    """The load of every HTTP peer: {"texts": […]} → {"labels": […]}, over connections that stay open."""
    limits = aiohttp.ClientTimeout(total=CALL_SECONDS)
    connector = aiohttp.TCPConnector(limit=load.in_flight)
    async with aiohttp.ClientSession(timeout=limits, connector=connector) as session:

        async def call(texts: Sequence[str]) -> Sequence[str]:
            async with session.post(url, json={"texts": texts}, raise_for_status=True) as reply:
                return list((await reply.json(content_type=None))["labels"])

        return await run_load(call, load, seconds)
