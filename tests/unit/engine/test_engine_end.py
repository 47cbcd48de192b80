"""An engine that is drained or closed answers everything it took, and leaves no thread behind."""

from __future__ import annotations

import asyncio
import threading

import pytest

from emotag_service.engine.errors import DrainingError, EngineError
from emotag_service.engine.limits import EngineLimits
from emotag_service.testing import ScriptedPredictor, in_memory_engine
from tests.unit.engine.helpers import replica_threads, until
from tests.unit.engine.scenes import computing, hanging, kinds, messages


async def test_drain_finishes_what_was_admitted_and_refuses_the_rest(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    changes = []
    engine.on_health(changes.append)
    job = await computing(engine, predictor, "a", "b")
    drain = asyncio.ensure_future(engine.drain(60))
    await until(lambda: not engine.healthy)
    assert kinds(engine.submit(messages("c")).tags) == ["DrainingError"]
    await engine.room(engine.caller(), 10, 10)  # lets pass, for submit to refuse
    predictor.release()
    assert await drain == 0
    assert kinds(await job.wait()) == ["tagged"] * 2
    assert changes == [False]


async def test_what_a_drain_cannot_finish_in_time_is_answered(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    running = await computing(engine, predictor, "a")
    queued = engine.submit(messages("b", "c"))
    assert await engine.drain(0.01) == 3
    assert kinds(running.tags + queued.tags) == ["DrainingError"] * 3
    assert isinstance(running.tags[0].error, DrainingError)
    predictor.release()


async def test_a_claim_that_is_given_back_ends_a_drain(started):
    engine = await started()
    caller = engine.caller()
    await engine.room(caller, 10, 10)
    assert engine.stats().held == 0  # a claim is no message
    drain = asyncio.ensure_future(engine.drain(60))
    await until(lambda: not engine.healthy)
    caller.close()
    assert await asyncio.wait_for(drain, 30) == 0


async def test_who_waits_for_the_start_is_told_that_it_was_closed():
    building, go_on = threading.Event(), threading.Event()

    def build():
        building.set()
        assert go_on.wait(30)
        return ScriptedPredictor()

    engine = in_memory_engine(build)
    start = asyncio.ensure_future(engine.start())
    assert await asyncio.to_thread(building.wait, 30)
    close = asyncio.ensure_future(engine.close())
    with pytest.raises(EngineError, match="closed before it served"):
        await asyncio.wait_for(start, 5)
    go_on.set()
    await close


async def test_replicas_that_hang_are_waited_for_together(started, events):
    predictors = [ScriptedPredictor() for _ in range(8)]
    engine = await started(*predictors, limits=EngineLimits(close_seconds=0.05, batch_messages=1))
    for predictor in predictors:
        predictor.hold()
    engine.submit(messages(*"abcdefgh"))
    for predictor in predictors:
        await hanging(predictor)
    loop = asyncio.get_running_loop()
    left_behind = []  # when each alarm was set
    plain = loop.call_at

    def counting(when, *rest, **more):
        left_behind.append([event["event"] for event in events].count("replica left behind"))
        return plain(when, *rest, **more)

    loop.call_at = counting
    try:
        await engine.close()
    finally:
        del loop.call_at
        for predictor in predictors:
            predictor.release()
    assert left_behind[:8] == [0] * 8  # all were set before the first rang
    assert [event["event"] for event in events].count("replica left behind") == 8


async def test_an_idle_engine_drains_at_once(started):
    engine = await started()
    assert await engine.drain(0) == 0


async def test_close_answers_what_is_left_and_ends_every_thread(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor, ScriptedPredictor())
    assert len(replica_threads()) == 2
    predictor.hold()
    jobs = [engine.submit(messages("a", "b")) for _ in range(50)]
    waiting = asyncio.ensure_future(engine.room(engine.caller(), 10**6, 0))
    closing = asyncio.ensure_future(engine.close())
    await asyncio.sleep(0)
    predictor.release()
    await closing
    await waiting
    assert replica_threads() == []
    assert all(job.done() for job in jobs)
    assert predictor.closed
    await engine.close()
    assert kinds(engine.submit(messages("late")).tags) == ["DrainingError"]


async def test_closing_an_engine_whose_replica_hangs_leaves_it_behind(started, events):
    predictor = ScriptedPredictor()
    engine = await started(predictor, limits=EngineLimits(close_seconds=0.05))
    job = await computing(engine, predictor, "a")
    await engine.close()
    assert kinds(job.tags) == ["DrainingError"]
    assert events[-1]["event"] == "replica left behind"
    predictor.release()
