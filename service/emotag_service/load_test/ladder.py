"""A load test: what a service can do at most, then rates of arrivals one after the other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from emotag.errors import EmotionError
from emotag.v1.emotion_service_pb2 import ClassifyOptions
from emotag.v1.message_pb2 import Message
from emotag_service.load_test.step import LoadReport, Step, summary
from emotag_service.load_test.talk import call_streams
from emotag_service.load_test.tally import Tally
from emotag_service.load_test.target import Target, connected
from emotag_service.load_test.unary import call_unary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emotag.channel import Connection
    from emotag_service.load_test.texts import Texts

UNARY, STREAM = "unary", "stream"
_AT_ONCE = 64  # calls while the capacity of unary ones is sought
_MOST_A_SECOND = 200_000  # messages that a search for the capacity has at hand: more than one caller can send


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What to ask a service.

    Attributes:
        calls: `unary`, `stream`, or both.
        rates: Messages a second that arrive, one step each; empty means multiples of the capacity.
        loads: Those multiples.
        seconds: How long messages arrive in one step.
        patience: Seconds after which a tag is worth nothing: the deadline of a unary call.
        connections: Connections that unary calls take in turn.
        streams: Streams that arrivals take in turn.
    """

    calls: tuple[str, ...]
    rates: tuple[float, ...]
    loads: tuple[float, ...]
    seconds: float
    patience: float
    connections: int
    streams: int


class Ladder:
    """Runs a load against a target, step by step."""

    def __init__(self, load: Load, texts: Texts, on_step: Callable[[Step], None]) -> None:
        """`on_step` is told of every step that is done."""
        self._load = load
        self._texts = texts
        self._on_step = on_step
        self._steps: list[Step] = []
        self._capacity: dict[str, float] = {}
        self._random = Random()  # noqa: S311 - arrivals, no secret

    async def run(self, connection: Connection) -> LoadReport:
        """Climb it; when the task is cancelled, say what was found until then.

        Raises:
            EmotionError: The service does not tag a first message.
        """
        interrupted = False
        try:
            async with connected(connection, self._load.connections, ClassifyOptions()) as target:
                await self._probe(target)
                for calls in self._load.calls:
                    await self._climb(target, calls)
        except asyncio.CancelledError:
            interrupted = True
        return LoadReport(connection.target, self._texts.what, self._capacity, tuple(self._steps), interrupted)

    async def _probe(self, target: Target) -> None:
        answer = await target.classify(Message(id="first", text=self._texts[0]), self._load.patience)
        if isinstance(answer, EmotionError):
            raise answer

    async def _climb(self, target: Target, calls: str) -> None:
        if self._load.rates:
            for rate in self._load.rates:
                await self._step(target, calls, rate, None)
            return
        await self._find_capacity(target, calls)
        for load in self._load.loads:
            await self._step(target, calls, load * self._capacity[calls], load)

    async def _find_capacity(self, target: Target, calls: str) -> None:
        """As many tags a second as there are while always more is there to send; the first try warms up."""
        for seconds in (self._load.seconds / 4, self._load.seconds):
            tally = Tally([0.0] * int(seconds * _MOST_A_SECOND), seconds)
            await self._call(target, calls, tally, at_once=_AT_ONCE)
            self._capacity[calls] = max(1.0, summary(tally, calls, None, seconds).throughput)

    async def _step(self, target: Target, calls: str, rate: float, load: float | None) -> None:
        tally = Tally(list(arrivals(rate, self._load.seconds, self._random)), self._load.seconds)
        try:
            await self._call(target, calls, tally)
        except asyncio.CancelledError:  # an interrupted step counts for what there is of it
            tally.cut()
            raise
        finally:
            step = summary(tally, calls, load, self._load.patience)
            self._steps.append(step)
            self._on_step(step)

    async def _call(self, target: Target, calls: str, tally: Tally, *, at_once: int = 0) -> None:
        tally.begin()
        if calls == UNARY:
            await call_unary(target, tally, self._texts, self._load.patience, at_once=at_once)
        else:
            # What always has more to send gives that up in the end; else there must be time left for the answer.
            unsent = tally.seconds if at_once else self._load.patience / 2
            streams, patience = self._load.streams, self._load.patience
            await call_streams(target, tally, self._texts, patience, streams=streams, unsent=unsent)


def arrivals(rate: float, seconds: float, random: Random) -> Iterator[float]:
    """Yield the moments of a Poisson process: so many arrivals a second on average, each independent of the others."""
    at = random.expovariate(rate)
    while at < seconds:
        yield at
        at += random.expovariate(rate)
