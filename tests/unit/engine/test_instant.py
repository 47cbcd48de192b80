"""What is a few words is computed on the loop, unless something speaks against it; then a replica has it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emotag_service.engine.engine import Engine
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.engine.options import Options
from emotag_service.testing import FakeClock, ScriptedPredictor, WordTokenizer, plain_taxonomies
from emotag_service.testing.in_memory import IDENTITY
from tests.unit.engine.scenes import messages

LIMITS = EngineLimits(instant_bytes=20)


class Scene:
    """An engine with a replica and a predictor of the loop, both scripted."""

    def __init__(self, limits: EngineLimits = LIMITS, clock: FakeClock | None = None) -> None:
        encoder = WordTokenizer()
        self.replica, self.loop = ScriptedPredictor(), ScriptedPredictor()
        self.replica.tokenizer = self.loop.tokenizer = encoder
        self.built = 0
        plans = (ReplicaPlan("fake:0", lambda: self.replica),)
        model = Model(IDENTITY, plain_taxonomies(), encoder, plans, instant=self._build)
        self.engine = Engine(model, limits=limits) if clock is None else Engine(model, limits=limits, clock=clock)

    def _build(self) -> ScriptedPredictor:
        self.built += 1
        return self.loop

    @property
    def counts(self) -> tuple[int, int]:
        """Batches of the loop and of the replica."""
        return len(self.loop.batches), len(self.replica.batches)


@pytest.fixture
async def scene() -> Any:
    scenes: list[Scene] = []

    async def make(*values: Any) -> Scene:
        made = Scene(*values)
        scenes.append(made)
        await made.engine.start()
        return made

    yield make
    for made in scenes:
        await made.engine.close()


async def test_a_few_words_have_their_tags_when_submit_returns(scene):
    made = await scene()
    job = made.engine.submit(messages("so glad", "not"))
    assert job.done()
    assert made.counts == (1, 0)
    assert [tag.error for tag in await job.wait()] == [None, None]
    assert (await made.engine.classify(messages("so glad")))[0].label == job.tags[0].label
    assert made.built == 1


async def test_tags_and_figures_are_those_of_a_replica(scene):
    with_it, without = await scene(), await scene(EngineLimits(instant_bytes=0))
    texts = [f"word{number} again" for number in range(20)]
    told = [[tag.label for tag in await each.engine.classify(messages(*texts[:1]))] for each in (with_it, without)]
    assert told[0] == told[1]
    for text in texts:
        first, second = [(await each.engine.classify(messages(text)))[0] for each in (with_it, without)]
        assert (first.label, first.score, first.labels, first.model) == (
            second.label, second.score, second.labels, second.model,
        )  # fmt: skip
    assert with_it.counts == (21, 0)
    assert without.counts == (0, 21)
    counted = [each.engine.stats() for each in (with_it, without)]
    assert counted[0].tagged == counted[1].tagged == 21
    assert counted[0].batches == counted[1].batches
    assert counted[0].tags == counted[1].tags


async def test_more_than_a_few_words_go_to_a_replica(scene):
    made = await scene()
    await made.engine.classify(messages("x" * 21))
    await made.engine.classify(messages("x" * 11, "y" * 10))
    assert made.counts == (0, 2)
    await made.engine.classify(messages("x" * 10, "y" * 10))
    assert made.counts == (1, 2)


async def test_many_messages_go_to_a_replica_however_short_they_are(scene):
    made = await scene()
    await made.engine.classify(messages(*"abcdefghi"))
    assert made.counts == (0, 1)
    await made.engine.classify(messages(*"abcdefgh"))
    assert made.counts == (1, 1)


async def test_what_is_to_be_explained_goes_to_a_replica(scene):
    made = await scene()
    (tag,) = await made.engine.classify(messages("so glad"), Options(explain=True))
    assert [token for token, _ in tag.token_weights] == ["so", "glad"]
    assert made.counts == (0, 1)


@pytest.mark.parametrize(("held", "first"), [(63, True), (64, False)])
async def test_few_words_come_before_what_waits_where_their_share_has_little(scene, held, first):
    made = await scene()
    busy = made.engine.caller()
    made.replica.hold()
    running = made.engine.submit(messages("x" * 30))
    made.replica.wait_until_hanging()
    waiting = made.engine.submit(messages(*["y"] * held), caller=busy)
    behind = made.engine.submit(messages("fits"), caller=busy)
    other = made.engine.submit(messages("fits"))
    bulk = made.engine.submit(messages("fits"), Options(bulk=True))
    assert [job.done() for job in (waiting, behind, other, bulk)] == [False, first, True, False]
    made.replica.release()
    for job in (running, waiting, behind, bulk):
        assert [tag.error for tag in await job.wait()] == [None] * len(job.tags)
    assert len(made.loop.batches) == 1 + first


async def test_a_lap_of_the_loop_computes_four_such_jobs(scene):
    made = await scene()
    made.replica.hold()
    jobs = [made.engine.submit(messages("x" * 20)) for _ in range(5)]
    assert [job.done() for job in jobs] == [True] * 4 + [False]
    await asyncio.sleep(0)
    assert made.engine.submit(messages("x" * 20)).done()
    made.replica.release()
    await jobs[-1].wait()


async def test_one_that_fails_is_left_to_a_replica(scene, events):
    made = await scene()

    def fail(_rows: Any) -> None:
        raise ValueError("no such luck, and not to be logged")

    made.loop.on_batch = fail
    (tag,) = await made.engine.classify(messages("so glad"))
    assert (tag.error, made.counts) == (None, (1, 1))
    said = [event for event in events if event["event"] == "instant batch failed"]
    assert [(event["messages"], event["error"]) for event in said] == [(1, "ValueError")]


async def test_nonsense_is_no_answer(scene):
    made = await scene()
    made.loop.garble = lambda logits: logits * float("nan")
    (tag,) = await made.engine.classify(messages("so glad"))
    assert (tag.error, made.counts) == (None, (1, 1))


async def test_a_text_with_nothing_to_read_is_answered_alone(scene):
    made = await scene()
    empty, full = await made.engine.classify(messages(" ", "word"))
    assert empty.error is not None
    assert full.label


async def test_nothing_is_computed_after_the_end(scene):
    made = await scene()
    await made.engine.close()
    (tag,) = await made.engine.classify(messages("late"))
    assert tag.error is not None
    assert made.counts == (0, 0)


async def test_the_end_gives_back_what_it_holds(scene):
    made = await scene()
    await made.engine.classify(messages("so glad"))
    assert not made.loop.closed
    await made.engine.close()
    assert made.loop.closed


async def test_no_timer_is_set_for_it(scene):
    made = await scene()
    made.engine._watchdog.disarm()  # that of the replica's start
    await made.engine.classify(messages("so glad"))
    assert made.engine._watchdog._timer is None
