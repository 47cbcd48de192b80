"""An engine changes to another model: between batches, beside the one that serves, or not at all."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from emotag_model.checkpoint.identity import Identity
from emotag_model.labels import Taxonomy
from emotag_service.engine.errors import DeviceError, EngineError, ModelMismatchError
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.testing import ScriptedPredictor, WordTokenizer, plain_taxonomies
from tests.unit.engine.helpers import replica_threads, until
from tests.unit.engine.scenes import computing, hanging, kinds, messages

NEW = Identity(name="new", version="1", digest="1" * 64)


def _model(build: Any = None, *, taxonomies: Any = None, encoder: Any = None) -> Model:
    encoder = encoder or WordTokenizer()

    def scripted() -> ScriptedPredictor:
        predictor = ScriptedPredictor()
        predictor.tokenizer = encoder
        return predictor

    return Model(NEW, taxonomies or plain_taxonomies(), encoder, (ReplicaPlan("fake:0", build or scripted),))


def _names(tags: Any) -> list[str]:
    return [tag.model.name for tag in tags]


async def test_what_was_admitted_keeps_its_model_and_what_comes_has_the_new_one(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    caller = engine.caller()
    first = engine.submit(messages("first"), caller=caller)
    held = await computing(engine, predictor, "held")
    waits = engine.submit(messages("waits too"), caller=caller)
    await engine.prepare(_model())
    engine.switch()
    assert engine.model.identity == NEW
    later = await engine.classify(messages("later"), caller=caller)
    assert _names(later) == ["new"]
    predictor.release()
    for job in (first, held, waits):
        assert _names(await job.wait()) == ["in-memory"] * len(job.tags)
    await engine.retired()
    assert engine.healthy
    assert engine.stats().tagged == 4


@pytest.fixture
def no_collector():
    """The cycle collector runs where it is called, and not by itself."""
    gc.disable()
    yield
    gc.enable()


async def test_the_old_model_is_let_go_without_waiting_for_the_collector(started, no_collector):
    engine = await started(ScriptedPredictor())
    await engine.classify(messages("a"))
    old = weakref.ref(engine.model.encoder)  # slots keep models themselves from it
    await engine.prepare(_model())
    engine.switch()
    await engine.retired()
    await until(lambda: old() is None)


async def test_busy_seconds_only_grow(started):
    engine = await started(ScriptedPredictor())
    await engine.classify(messages("a"))
    before = engine.stats().busy_seconds["fake:0"]
    await engine.prepare(_model())
    engine.switch()
    await engine.retired()
    assert engine.stats().busy_seconds["fake:0"] >= before > 0


def _no_memory() -> Any:
    raise MemoryError


@pytest.mark.parametrize(
    ("model", "error", "words"),
    [
        (_model(_no_memory), DeviceError, "does not run"),
        (_model(taxonomies=plain_taxonomies()[:1]), ModelMismatchError, r"taxonomies \(fine\) differ"),
        (
            _model(taxonomies=(Taxonomy.plain("fine", {"bliss": [0], "rage": [1]}), plain_taxonomies()[1])),
            ModelMismatchError,
            "labels",
        ),
        (_model(encoder=WordTokenizer(max_tokens=3)), ModelMismatchError, "reads 3 tokens"),
    ],
)
async def test_a_model_that_cannot_serve_changes_nothing(started, model, error, words):
    engine = await started(ScriptedPredictor())
    with pytest.raises(error, match=words):
        await engine.prepare(model)
    with pytest.raises(EngineError, match="no model is prepared"):
        engine.switch()
    assert _names(await engine.classify(messages("a"))) == ["in-memory"]
    assert engine.healthy


async def test_a_prepared_model_can_be_let_go(started):
    engine = await started(ScriptedPredictor())
    await engine.prepare(_model())
    await engine.discard()
    assert _names(await engine.classify(messages("a"))) == ["in-memory"]


async def test_a_cancelled_message_of_the_old_model_is_not_computed(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    first = await computing(engine, predictor, "first")
    caller = engine.caller()
    gone = engine.submit(messages("a b"), caller=caller)
    await engine.prepare(_model())
    engine.switch()
    caller.close()
    assert kinds(await gone.wait()) == ["CancelledMessageError"] * len(gone.tags)
    predictor.release()
    await first.wait()


async def test_closing_does_not_wait_for_what_a_replaced_model_has(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    held = await computing(engine, predictor, "held")
    await engine.prepare(_model())
    engine.switch()
    predictor.release()
    await engine.close()
    assert held.done()


def _fail(_: Any) -> Any:
    raise RuntimeError("broken")


async def test_the_new_model_answers_what_the_old_one_is_given_up_with(started):
    predictor = ScriptedPredictor()
    builds = [predictor]
    engine = await started(builds.pop, limits=EngineLimits(rebuild_attempts=1, rebuild_delay=0))
    held = await computing(engine, predictor, "held")
    waits = engine.submit(messages("waits", "too"))
    await engine.prepare(_model())
    engine.switch()
    predictor.garble = _fail
    predictor.release()
    assert _names(await held.wait()) == ["new"]
    assert _names(await waits.wait()) == ["new", "new"]
    await engine.retired()
    assert engine.stats().held == 0


async def test_a_replica_of_the_old_model_computes_again_what_it_failed_on_once_the_others_have_gone(started):
    first, second = ScriptedPredictor(), ScriptedPredictor()
    engine = await started(first, second, limits=EngineLimits(batch_messages=1, rebuild_delay=0))
    first.hold()
    job = await computing(engine, second, "a", "b")
    await hanging(first)
    await engine.prepare(_model())
    engine.switch()
    second.release()
    await until(lambda: "emotag-fake:1" not in {thread.name for thread in replica_threads()})

    def fail_once(_: Any) -> Any:
        first.garble = None
        raise RuntimeError("broken")

    first.garble = fail_once
    first.release()
    assert _names(await job.wait()) == ["in-memory"] * 2


async def test_an_engine_that_is_not_running_changes_nothing(started):
    engine = await started(ScriptedPredictor())
    await engine.drain(0)
    with pytest.raises(EngineError, match="not running"):
        await engine.prepare(_model())
