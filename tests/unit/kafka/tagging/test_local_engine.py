"""The engine in process, over a scripted model: patience, faults, ends."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from emotag_model.checkpoint import CheckpointError
from emotag_service.engine.engine import Engine
from emotag_service.engine.errors import DeviceError
from emotag_service.engine.limits import EngineLimits
from emotag_service.kafka.errors import EngineUnavailableError, SettingsError
from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.tagging.local_engine import LocalEngine
from emotag_service.messages.tag import MessageTag
from emotag_service.messages.untaggable import Fault
from emotag_service.testing import ScriptedPredictor, in_memory_engine
from tests.unit.engine.helpers import until
from tests.unit.kafka.tagging.hurry import readings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from emotag_service.kafka.tagging.tag_engine import TagEngine

SMALL = EngineLimits(queue_messages=8, queue_bytes=1000, max_text_bytes=400, batch_messages=4)


@pytest.fixture
def predictor() -> ScriptedPredictor:
    return ScriptedPredictor()


@pytest.fixture
async def local(predictor: ScriptedPredictor) -> AsyncIterator[LocalEngine]:
    local = LocalEngine(lambda: in_memory_engine(predictor, limits=SMALL), clock=lambda: 5.0)
    await local.start()
    yield local
    predictor.release()
    await local.close()


def engine_of(local: LocalEngine) -> Engine:
    assert local.engine is not None
    return local.engine


async def test_every_reading_is_answered_in_order(local: LocalEngine):
    session = local.session("t/0")
    answers = await (await session.submit(readings("a", "a b", "a b c")))
    assert all(isinstance(answer, MessageTag) for answer in answers)
    tag = answers[0]
    assert isinstance(tag, MessageTag)
    assert tag.taxonomy == engine_of(local).model.taxonomies[0].name
    assert tag.categories == local.labels
    assert tag.tagged_at == 5.0
    assert str(tag.model) == "in-memory/0@000000000000"
    assert tag.score == dict(zip(local.labels, tag.scores, strict=True))[tag.label]


async def test_records_let_messages_go_first_that_somebody_waits_for(local: LocalEngine):
    assert local._options(engine_of(local)).bulk


async def test_what_no_engine_takes_has_its_fault_in_its_place(local: LocalEngine):
    session = local.session("t/0")
    answers = await (await session.submit(readings("a", "", "x" * 401, "\ud800", " \t", "b")))
    assert [answer.reason if isinstance(answer, Fault) else "" for answer in answers] == [
        "", "NO_TEXT", "TEXT_TOO_LONG", "WRONG_ENCODING", "INVALID_MESSAGE", "",
    ]  # fmt: skip


async def test_nothing_to_ask_about(local: LocalEngine):
    session = local.session("t/0")
    assert await (await session.submit([])) == []
    assert await (await session.submit(readings(""))) == [Fault("NO_TEXT", "text: is empty")]


async def test_names_that_no_engine_takes_do_not_cost_the_tag(local: LocalEngine):
    reading = Reading("a", id="x" * 999, conversation_id="c" * 999, sender="\ud800")
    [answer] = await (await local.session("t/0").submit([reading]))
    assert isinstance(answer, MessageTag)


async def test_submitting_waits_while_the_engine_is_full(local: LocalEngine, predictor: ScriptedPredictor):
    predictor.hold()
    session = local.session("t/0")
    first = await session.submit(readings(*"abcdef"))
    second = asyncio.create_task(session.submit(readings(*"abcdef")))
    await asyncio.to_thread(predictor.wait_until_hanging)
    assert not second.done()
    predictor.release()
    assert len(await first) == len(await (await second)) == 6


async def test_more_than_the_engine_holds_is_tagged_bit_by_bit(local: LocalEngine):
    answers = await (await local.session("t/0").submit(readings(*["a b"] * 50)))
    assert len(answers) == 50
    assert all(isinstance(answer, MessageTag) for answer in answers)


async def test_sessions_do_not_wait_for_each_other_in_vain(local: LocalEngine):
    sessions = [local.session(f"t/{number}") for number in range(4)]
    jobs = [session.submit(readings(*["a"] * 20)) for session in sessions for _ in range(3)]
    for answers in await asyncio.gather(*jobs):
        assert all(isinstance(answer, MessageTag) for answer in await answers)


async def test_a_poisonous_text_costs_nobody_else(local: LocalEngine, predictor: ScriptedPredictor):
    def fail(rows: list[list[int]]) -> None:
        if any(len(row) == 3 for row in rows):
            raise RuntimeError("it was: secret")

    predictor.on_batch = fail
    answers = await (await local.session("t/0").submit(readings("a", "a b c", "b")))
    assert [isinstance(answer, MessageTag) for answer in answers] == [True, False, True]
    assert isinstance(answers[1], Fault)
    assert answers[1].reason == "COMPUTE_FAILED"
    assert "secret" not in str(answers[1])


async def test_closing_cancels_what_is_in_flight_and_leaves_no_task(local: LocalEngine, predictor: ScriptedPredictor):
    before = asyncio.all_tasks()
    predictor.hold()
    session = local.session("t/0")
    in_flight = await session.submit(readings(*"abcdef"))
    waiting = asyncio.create_task(session.submit(readings(*"abcdef")))
    await asyncio.to_thread(predictor.wait_until_hanging)
    await session.close()
    with pytest.raises(asyncio.CancelledError):
        await in_flight
    with pytest.raises(asyncio.CancelledError):
        await (await waiting)
    await session.close()
    predictor.release()
    assert asyncio.all_tasks() <= before
    await until(lambda: engine_of(local).stats().held == 0)


async def test_a_closed_session_takes_nothing(local: LocalEngine):
    session = local.session("t/0")
    await session.close()
    with pytest.raises(asyncio.CancelledError):
        await (await session.submit(readings("a")))


async def test_closing_one_leaves_the_others_alone(local: LocalEngine, predictor: ScriptedPredictor):
    predictor.hold()
    one, other = local.session("t/0"), local.session("t/1")
    gone, kept = await one.submit(readings("a")), await other.submit(readings("b"))
    await one.close()
    predictor.release()
    [answer] = await kept
    assert isinstance(answer, MessageTag)
    assert gone.cancelled()  # type: ignore[attr-defined]


async def test_no_replica_left_ends_the_tagger():
    broken = threading.Event()
    limits = EngineLimits(rebuild_attempts=1, rebuild_delay=0)

    def build() -> ScriptedPredictor:
        if broken.is_set():
            raise RuntimeError("no such device")
        predictor = ScriptedPredictor()
        predictor.on_batch = fail
        return predictor

    def fail(_: object) -> None:
        broken.set()
        raise RuntimeError("it broke")

    local = LocalEngine(lambda: in_memory_engine(build, limits=limits))
    await local.start()
    session = local.session("t/0")
    answers = [await session.submit(readings("a")) for _ in range(3)]
    with pytest.raises(EngineUnavailableError, match=r"the engine has given up .* start the tagger anew"):
        await asyncio.gather(*answers)
    await local.close()


async def test_closing_the_engine_closes_its_sessions(predictor: ScriptedPredictor):
    local = LocalEngine(lambda: in_memory_engine(predictor))
    await local.start()
    predictor.hold()
    answers = await local.session("t/0").submit(readings("a"))
    await asyncio.to_thread(predictor.wait_until_hanging)
    predictor.release()
    await local.close()
    await local.close()
    with pytest.raises(asyncio.CancelledError):
        await answers


class TestStart:
    async def test_an_unknown_taxonomy(self):
        local = LocalEngine(in_memory_engine, taxonomy="plutchik")
        with pytest.raises(SettingsError, match="--taxonomy: is 'plutchik', which this model does not have; choose"):
            await local.start()
        await local.close()

    @pytest.mark.parametrize("error", [CheckpointError("model.safetensors: is cut"), DeviceError("devices: no cuda:9")])
    async def test_what_cannot_be_loaded(self, error: Exception):
        def make() -> Engine:
            raise error

        with pytest.raises(EngineUnavailableError, match=str(error)):
            await LocalEngine(make).start()

    async def test_limits_that_contradict_the_checkpoint(self):
        def make() -> Engine:
            raise ValueError("EngineLimits.max_tokens is 7")

        with pytest.raises(SettingsError, match="max_tokens"):
            await LocalEngine(make).start()

    async def test_a_checkpoint_that_is_not_there(self, tmp_path):
        with pytest.raises(EngineUnavailableError, match="nowhere"):
            await LocalEngine.from_checkpoint(tmp_path / "nowhere").start()

    async def test_it_comes_before_everything_else(self):
        local: TagEngine = LocalEngine(in_memory_engine)
        with pytest.raises(RuntimeError, match="not started"):
            local.session("t/0")
        await local.close()
