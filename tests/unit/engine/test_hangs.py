"""Replicas that hang, and what becomes of the messages they had."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest

from emotag_service.engine.errors import EngineError
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.testing import ScriptedPredictor, WordTokenizer, in_memory_engine
from tests.unit.engine.helpers import replica_threads, until

QUICK = EngineLimits(rebuild_delay=0)


class Hanging:
    """Builds predictors that hang on a word, or from the first batch on, and lets a fake clock find that out."""

    def __init__(self, clock, *, poison=None, sound_after=1, depth=1):
        self.built = []
        self._clock, self._poison, self._sound_after, self._depth = clock, poison, sound_after, depth

    def __call__(self):
        predictor = ScriptedPredictor(depth=self._depth)
        self.built.append(predictor)
        if self._poison is not None:
            predictor.on_batch = lambda rows: predictor.hold() if any(self._poison in row for row in rows) else None
        elif len(self.built) <= self._sound_after:
            predictor.hold()
        return predictor

    async def time_out(self, engine):
        """Wait until the newest predictor hangs, and until that is too long."""
        assert await asyncio.to_thread(self.built[-1].wait_until_hanging)
        self._clock.advance(engine.limits.compute_seconds + 1)
        engine._check()

    def release(self):
        for predictor in self.built:
            predictor.release()


def messages(count, text="hello number"):
    return [Message(f"{text} {index}", id=str(index)) for index in range(count)]


def outcomes(tags):
    return Counter(type(tag.error).__name__ if tag.error else "tagged" for tag in tags)


async def test_a_hanging_replica_is_replaced_and_its_batch_retried(started, clock, events):
    hanging = Hanging(clock)
    engine = await started(hanging, clock=clock)
    job = engine.submit(messages(5))
    await hanging.time_out(engine)
    tags = await job.wait()
    assert outcomes(tags) == {"tagged": 5}
    assert len(hanging.built) == 2
    assert engine.healthy
    assert "replica hangs" in [event["event"] for event in events]
    hanging.release()  # what it returns now is dropped, and its thread ends
    await until(lambda: len(replica_threads()) == 1)
    assert job.tags == tags
    assert engine.stats().tagged == 5


async def test_a_hanging_replica_holds_up_neither_the_other_nor_its_prefetched_batch(started, clock):
    hanging, sound = Hanging(clock, depth=2), ScriptedPredictor()
    engine = await started(hanging, sound, clock=clock, limits=EngineLimits(batch_messages=2))
    sound.hold()
    job = engine.submit(messages(20))
    assert await asyncio.to_thread(hanging.built[0].wait_until_hanging)
    sound.release()
    await until(lambda: engine.stats().held <= 4)  # the hanging one has at most two batches of two
    await hanging.time_out(engine)
    assert outcomes(await job.wait()) == {"tagged": 20}
    hanging.release()


async def test_a_message_that_hangs_every_replica_is_answered_in_the_end(started, clock):
    tokenizer = WordTokenizer()
    hanging = Hanging(clock, poison=tokenizer.id_of("poison"))
    engine = await started(hanging, clock=clock, tokenizer=tokenizer)
    job = engine.submit([Message("poison"), Message("good")])
    for _ in range(3):  # the batch, the batch again, the message alone
        await hanging.time_out(engine)
        await until(lambda: engine.healthy)
    tags = await job.wait()
    assert outcomes(tags) == {"ComputeError": 1, "tagged": 1}
    assert "TimeoutError" in str(tags[0].error)
    hanging.release()


async def test_a_replica_that_hangs_while_it_is_built_is_told_by_the_time_for_that(clock):
    asked, gate = threading.Event(), threading.Event()

    def build():
        asked.set()
        gate.wait(30)
        return ScriptedPredictor()

    engine = in_memory_engine(build, clock=clock, limits=EngineLimits(build_seconds=90, compute_seconds=20))
    starting = asyncio.ensure_future(engine.start())
    assert await asyncio.to_thread(asked.wait, 30)
    clock.advance(91)
    engine._check()
    gate.set()
    with pytest.raises(EngineError, match="no forward pass within 90 s"):
        await starting


async def test_a_place_where_every_replica_hangs_is_given_up(started, clock):
    hanging = Hanging(clock, sound_after=10)
    engine = await started(hanging, clock=clock, limits=EngineLimits(rebuild_attempts=2))
    job = engine.submit(messages(64))
    for _ in range(3):
        await hanging.time_out(engine)
        await until(lambda: engine.healthy or engine.stats().replicas["fake:0"] == "given up")
    assert outcomes(await job.wait()) == {"NoReplicaError": 64}
    assert len(hanging.built) == 3
    hanging.release()
