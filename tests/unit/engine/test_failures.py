"""Replicas that fail, hang or return nonsense, and what becomes of the messages they had."""

from __future__ import annotations

import asyncio
from collections import Counter

import numpy as np
import pytest

from emotag_service.engine.errors import ComputeError, DeviceError, NoReplicaError
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.engine.predictors.protocol import WARM_UP_WORD
from emotag_service.testing import ScriptedPredictor, WordTokenizer, in_memory_engine
from tests.unit.engine.helpers import replica_threads, until

QUICK = EngineLimits(rebuild_delay=0)


class Failing:
    """Builds predictors that fail as told, and counts what happened."""

    def __init__(self, *, builds_until_broken=10**9, depth=1):
        self.built = []
        self.failures = 0
        self.left = 0
        self.poison = None
        self.error = ValueError("no")
        self._builds_until_broken = builds_until_broken
        self._depth = depth

    def __call__(self):
        if len(self.built) >= self._builds_until_broken:
            raise RuntimeError("no such device any more")
        predictor = ScriptedPredictor(depth=self._depth)
        predictor.on_batch = self.on_batch
        self.built.append(predictor)
        return predictor

    def on_batch(self, rows):
        poisoned = self.poison is not None and any(self.poison in row for row in rows)
        if poisoned or self.left > 0:
            self.left -= 1
            self.failures += 1
            raise self.error

    @property
    def computed(self):
        return sum(len(predictor.batches) for predictor in self.built) - self.failures


def messages(count, text="hello number"):
    return [Message(f"{text} {index}", id=str(index)) for index in range(count)]


def outcomes(tags):
    return Counter(type(tag.error).__name__ if tag.error else "tagged" for tag in tags)


async def test_a_failed_batch_is_tagged_by_another_replica(started):
    first, second = Failing(), Failing()
    first.left = second.left = 0
    engine = await started(first, second, limits=QUICK)
    first.left = 10**9
    for _ in range(20):
        assert outcomes(await engine.classify(messages(10))) == {"tagged": 10}
    assert second.failures == 0
    assert engine.stats().failed == 0


async def test_the_replica_that_failed_serves_again_after_a_rebuild(started, events):
    failing = Failing()
    engine = await started(failing, limits=QUICK)
    healths = []
    engine.on_health(healths.append)
    failing.left = 1
    assert outcomes(await engine.classify(messages(5))) == {"tagged": 5}
    assert len(failing.built) == 2
    assert failing.built[0].closed
    assert healths == [False, True]  # it was the only one
    assert engine.healthy
    assert "batch failed" in [event["event"] for event in events]


@pytest.mark.parametrize("replicas", [1, 2])
async def test_a_poison_message_is_answered_alone(started, replicas):
    tokenizer = WordTokenizer()
    builds = [Failing() for _ in range(replicas)]
    for failing in builds:
        failing.poison = tokenizer.id_of("poison")
    engine = await started(*builds, limits=QUICK, tokenizer=tokenizer)
    batch = messages(100)
    batch[37] = Message("some poison here", id="37")
    tags = await engine.classify(batch)
    assert outcomes(tags) == {"tagged": 99, "ComputeError": 1}
    assert isinstance(tags[37].error, ComputeError)
    assert "ValueError" in str(tags[37].error)
    assert engine.healthy
    assert sum(failing.failures for failing in builds) <= 2 + 7 + 1
    assert sum(len(failing.built) for failing in builds) <= replicas + 2  # bisecting blames the messages


@pytest.mark.parametrize("text", ["poison", "a poison b"])
async def test_a_poison_message_by_itself(started, text):
    tokenizer = WordTokenizer()
    failing = Failing()
    failing.poison = tokenizer.id_of("poison")
    engine = await started(failing, limits=QUICK, tokenizer=tokenizer)
    assert outcomes(await engine.classify([Message(text)])) == {"ComputeError": 1}
    assert failing.failures == 2
    assert outcomes(await engine.classify(messages(3))) == {"tagged": 3}


@pytest.mark.parametrize(
    "garble",
    [
        lambda logits: logits * np.nan,
        lambda logits: np.where(np.arange(len(logits))[:, None] == 0, np.inf, logits),
        lambda logits: logits[:-1],
        lambda logits: logits[:, :2],
    ],
    ids=["nan", "one row inf", "a row missing", "columns missing"],
)
async def test_nonsense_counts_as_failure(started, garble):
    broken, sound = ScriptedPredictor(), ScriptedPredictor()
    engine = await started(broken, sound, limits=QUICK)
    broken.garble = garble
    for _ in range(10):
        assert outcomes(await engine.classify(messages(4))) == {"tagged": 4}


async def test_a_nan_for_one_message_costs_only_that_one(started):
    tokenizer = WordTokenizer()
    poison = tokenizer.id_of("poison")
    predictor = ScriptedPredictor()

    def garble(logits):
        logits[[poison in row for row in predictor.batches[-1]]] = np.nan
        return logits

    predictor.garble = garble
    engine = await started(predictor, limits=QUICK, tokenizer=tokenizer)
    tags = await engine.classify([*messages(9), Message("poison", id="9")])
    assert outcomes(tags) == {"tagged": 9, "ComputeError": 1}
    assert tags[9].error is not None


async def test_out_of_memory_halves_the_batch_and_blames_nobody(started):
    predictor = ScriptedPredictor()

    def too_large(rows):
        if len(rows) > 8:
            raise MemoryError("16 is too many")

    predictor.on_batch = too_large
    engine = await started(predictor, limits=QUICK)
    healths = []
    engine.on_health(healths.append)
    assert outcomes(await engine.classify(messages(64))) == {"tagged": 64}
    assert healths == []
    assert max(len(rows) for rows in predictor.batches[-8:]) == 8


async def test_a_failure_gives_the_prefetched_batch_back_unharmed(started):
    failing = Failing(depth=2)
    engine = await started(failing, limits=EngineLimits(rebuild_delay=0, batch_messages=4))
    failing.left = 1
    assert outcomes(await engine.classify(messages(40))) == {"tagged": 40}
    assert failing.failures == 1


async def test_what_fails_in_launch_fails_in_its_turn(started):
    predictor = ScriptedPredictor(depth=2)
    engine = await started(predictor, limits=EngineLimits(rebuild_delay=0, batch_messages=2))
    launch, left = predictor.launch, [1]

    def refusing(texts, *, evidence):
        if left and not texts[0].startswith(WARM_UP_WORD):
            raise RuntimeError(f"cannot launch {left.pop()}")
        return launch(texts, evidence=evidence)

    predictor.launch = refusing
    assert outcomes(await engine.classify(messages(10))) == {"tagged": 10}


async def test_the_timer_finds_a_hanging_replica_by_itself(started):
    built = []

    def build():
        built.append(ScriptedPredictor())
        return built[-1]

    engine = await started(build, limits=EngineLimits(compute_seconds=0.3))
    built[0].hold()
    assert outcomes(await engine.classify(messages(3))) == {"tagged": 3}
    built[0].release()


async def test_when_no_replica_is_left_everything_is_answered_and_health_says_so(started):
    failing = Failing(builds_until_broken=1)
    engine = await started(failing, limits=QUICK)
    healths = []
    engine.on_health(healths.append)
    failing.left = 1
    running = engine.submit(messages(5))
    queued = engine.submit(messages(5))
    tags = await running.wait() + await queued.wait()
    assert outcomes(tags) == {"NoReplicaError": 10}
    assert healths == [False]
    assert not engine.healthy
    (tag,) = await engine.classify(messages(1))
    assert isinstance(tag.error, NoReplicaError)
    assert engine.stats().replicas == {"fake:0": "given up"}
    assert await engine.drain(1) == 0


async def test_one_replica_given_up_leaves_the_engine_healthy(started):
    failing, sound = Failing(builds_until_broken=1), Failing()
    engine = await started(failing, sound, limits=QUICK)
    failing.left = 10**9
    while engine.stats().replicas["fake:0"] != "given up":
        assert outcomes(await engine.classify(messages(3))) == {"tagged": 3}
    assert engine.healthy
    assert outcomes(await engine.classify(messages(3))) == {"tagged": 3}


async def test_a_rebuild_that_fails_is_tried_again(started):
    builds, broken = [], [RuntimeError("busy"), RuntimeError("busy")]

    def build():
        builds.append(1)
        if len(builds) > 1 and broken:
            raise broken.pop()
        return failing()

    failing = Failing()
    engine = await started(build, limits=QUICK)
    failing.left = 1
    assert outcomes(await engine.classify(messages(2))) == {"tagged": 2}
    assert len(builds) == 4


async def test_an_engine_whose_replica_cannot_be_built_does_not_start():
    engine = in_memory_engine(ScriptedPredictor(), Failing(builds_until_broken=0))
    with pytest.raises(DeviceError, match=r"fake:1: the model does not run there.*no such device.*'cpu'"):
        await engine.start()
    assert replica_threads() == []
    assert not engine.healthy


async def test_an_engine_whose_warm_up_is_nonsense_does_not_start():
    class Broken(ScriptedPredictor):
        def logits_of(self, rows):
            return super().logits_of(rows) * np.nan

    with pytest.raises(DeviceError, match="not all finite"):
        await in_memory_engine(Broken()).start()


async def test_an_engine_whose_warm_up_hangs_does_not_start():
    blocked = ScriptedPredictor()

    def build():
        blocked.hold()
        blocked._follow_script([[2]])
        return blocked

    engine = in_memory_engine(build, limits=EngineLimits(build_seconds=0.1, compute_seconds=0.1))
    with pytest.raises(DeviceError, match="TimeoutError"):
        await engine.start()
    blocked.release()
    await until(lambda: not replica_threads())


async def test_a_start_that_is_cancelled_leaves_no_thread():
    blocked = ScriptedPredictor()

    def build():
        blocked.hold()
        blocked._follow_script([[2]])
        return blocked

    start = asyncio.ensure_future(in_memory_engine(build, limits=EngineLimits(close_seconds=0.05)).start())
    await asyncio.to_thread(blocked.wait_until_hanging)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    blocked.release()
    await until(lambda: not replica_threads())


async def test_a_predictor_that_cannot_be_closed_is_thrown_away_all_the_same(started, events):
    class Clinging(ScriptedPredictor):
        def close(self):
            raise OSError("no")

    engine = await started(Clinging())
    await engine.close()
    assert "predictor close failed" in [event["event"] for event in events]


def test_an_engine_whose_loop_is_gone_ends_its_threads():
    engine = in_memory_engine()
    asyncio.run(engine.start())
    engine.branches.live.pool.post(print)
    for thread in replica_threads():
        thread.join(30)
    assert replica_threads() == []


async def test_a_thread_that_crashes_is_no_silent_hole(started, events):
    class Exiting(ScriptedPredictor):
        def _follow_script(self, rows):
            raise SystemExit(3)

    engine = await started(Exiting())
    assert outcomes(await engine.classify(messages(5))) == {"NoReplicaError": 5}
    assert not engine.healthy
    assert "replica crashed" in [event["event"] for event in events]


async def test_what_a_crashing_thread_had_goes_to_the_other(started):
    class Exiting(ScriptedPredictor):
        def _follow_script(self, rows):
            raise SystemExit(3)

    engine = await started(Exiting(), ScriptedPredictor())
    for _ in range(20):
        assert outcomes(await engine.classify(messages(2))) == {"tagged": 2}
    assert engine.healthy
