"""A candidate computes beside: it finds what differs, and whatever it does, the live engine does not notice."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from emotag_service.engine.engine import Engine
from emotag_service.engine.errors import ModelMismatchError
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.engine.options import Options
from emotag_service.engine.shadow import AT_ONCE, BACKLOG_MESSAGES, MOST_FAILURES, Shadow
from emotag_service.testing import ScriptedPredictor, WordTokenizer, plain_taxonomies
from tests.unit.engine.helpers import until
from tests.unit.engine.scenes import computing, hanging, kinds, messages
from tests.unit.engine.test_split import CANDIDATE, THIRD, candidate, talk


def twin(predictor: ScriptedPredictor, encoder: WordTokenizer) -> Model:
    """A candidate that says the same of every text as the live model does."""
    predictor.tokenizer = encoder
    return Model(CANDIDATE, plain_taxonomies(), encoder, (ReplicaPlan("fake:0", lambda: predictor),))


async def shadowed(engine: Engine, model: Model, share: float = 1.0) -> Shadow:
    shadow = Shadow(engine, model)
    await shadow.start()
    shadow.begin(share)
    return shadow


def compared(shadow: Shadow) -> int:
    return sum(shadow.comparison.compared.values())


async def test_the_same_model_never_disagrees(started):
    encoder = WordTokenizer()
    engine = await started(ScriptedPredictor(), tokenizer=encoder)
    shadow = await shadowed(engine, twin(ScriptedPredictor(), encoder))
    await engine.classify(talk(100))
    await engine.classify(talk(50), Options("coarse"))
    await until(lambda: compared(shadow) == 150)
    assert shadow.comparison.compared == {"fine": 100, "coarse": 50}
    assert (shadow.comparison.disagreed, shadow.comparison.mean_difference) == ({}, 0.0)
    assert (shadow.comparison.dropped, shadow.comparison.failed) == (0, 0)
    await shadow.close()
    assert engine.stats().tagged == 150, "what it computes is nobody's tag"


async def test_another_model_is_found_out_by_labels_and_score(started):
    encoder, other = WordTokenizer(), ScriptedPredictor()
    engine = await started(ScriptedPredictor(), tokenizer=encoder)
    model = twin(other, encoder)
    other.garble = lambda logits: logits[:, [1, 0, 2, 3]]  # joy for anger, and anger for joy
    shadow = await shadowed(engine, model)
    tags = await engine.classify(talk(40))
    await until(lambda: compared(shadow) == 40)
    said = [tag.label for tag in tags]
    assert shadow.comparison.disagreed == {
        ("fine", "joy", "anger"): said.count("joy"), ("fine", "anger", "joy"): said.count("anger"),
    }  # fmt: skip
    apart = 1 / (1 + 2.718281828**-4) - 1 / (1 + 2.718281828**4)
    expected = apart * (said.count("joy") + said.count("anger")) / 40
    assert shadow.comparison.mean_difference == pytest.approx(expected, abs=1e-4)
    await shadow.close()


async def test_a_share_is_a_sample(started):
    engine = await started(ScriptedPredictor())
    shadow = await shadowed(engine, candidate(), share=0.2)
    for _ in range(10):
        await engine.classify(talk(200))
        await until(lambda: not shadow._backlog and shadow._computing is None)
    assert 300 < compared(shadow) < 500
    assert shadow.comparison.dropped == 0
    with pytest.raises(ValueError, match="share"):
        shadow.resize(0.0)
    await shadow.close()


async def test_it_computes_nothing_while_a_message_waits_and_little_at_once(started):
    live, other = ScriptedPredictor(), ScriptedPredictor()
    engine = await started(live, limits=EngineLimits(batch_messages=40))
    shadow = await shadowed(engine, candidate(other))
    held = await computing(engine, live, *(f"a{number}" for number in range(80)))  # 40 computed, 40 wait
    live.hold()
    assert other.batches == []
    live.on_batch = lambda _: None if not other.batches else pytest.fail("it computed while messages waited")
    live.release()
    await held.wait()
    await until(lambda: compared(shadow) == 80)
    assert max(len(batch) for batch in other.batches) <= AT_ONCE
    await shadow.close()


async def test_one_that_is_behind_drops_and_counts_and_keeps_nobody_waiting(started):
    other = ScriptedPredictor()
    engine = await started(ScriptedPredictor())
    shadow = await shadowed(engine, candidate(other))
    other.hold()
    number = 3 * BACKLOG_MESSAGES
    tags = await engine.classify(talk(number))
    assert kinds(tags) == ["tagged"] * number
    await hanging(other)
    assert shadow.comparison.dropped > BACKLOG_MESSAGES
    other.release()
    await until(lambda: compared(shadow) + shadow.comparison.dropped == number)
    await shadow.close()


async def test_one_that_fails_is_let_go_and_that_is_said_once(started, events):
    other = ScriptedPredictor()
    engine = await started(ScriptedPredictor())
    shadow = await shadowed(engine, candidate(other))

    def fail(_: Any) -> None:
        raise RuntimeError("secret words")

    other.on_batch = fail
    while not shadow.problem:
        assert kinds(await engine.classify(talk(50))) == ["tagged"] * 50
    assert MOST_FAILURES <= shadow.comparison.failed < MOST_FAILURES + AT_ONCE
    assert engine.healthy
    [said] = [event for event in events if event["event"] == "shadow given up"]
    assert said["candidate"] == CANDIDATE.digest
    assert "secret" not in str(events)
    await until(lambda: other.closed)
    await engine.classify(talk(50))
    assert compared(shadow) == 0
    await shadow.close()


async def test_one_that_hangs_is_let_go(started):
    other = ScriptedPredictor()
    engine = await started(ScriptedPredictor(), limits=EngineLimits(compute_seconds=0.05, close_seconds=0.1))
    shadow = await shadowed(engine, candidate(other))
    other.hold()
    while not shadow.problem:
        assert kinds(await engine.classify(talk(5))) == ["tagged"] * 5
    assert "replica was given up" in shadow.problem
    assert engine.healthy
    other.release()
    await shadow.close()


async def test_a_mistake_in_it_ends_it_alone(started, events):
    engine = await started(ScriptedPredictor())
    shadow = await shadowed(engine, candidate())
    shadow._labels = {}
    shadow._keep = None  # type: ignore[method-assign]  # the mistake
    assert kinds(await engine.classify(talk(5))) == ["tagged"] * 5
    assert shadow.problem.startswith("it failed (TypeError)")
    assert kinds(await engine.classify(talk(5))) == ["tagged"] * 5
    assert len([event for event in events if event["event"] == "shadow given up"]) == 1
    await shadow.close()


async def test_a_swap_begins_the_comparison_anew(started):
    engine = await started(ScriptedPredictor())
    shadow = await shadowed(engine, candidate())
    await engine.classify(talk(30))
    await until(lambda: compared(shadow) == 30)
    await engine.prepare(candidate(identity=THIRD))
    engine.switch()
    await engine.classify(talk(20))
    await until(lambda: compared(shadow) == 20)
    assert not shadow.comparison.disagreed, "both turn labels round"
    await shadow.close()


async def test_what_a_split_answers_is_not_compared(started):
    engine = await started(ScriptedPredictor())
    shadow = await shadowed(engine, candidate())
    await engine.prepare(candidate(identity=THIRD))
    engine.branches.start_split(0.5)
    tags = await engine.classify(talk(100))
    lived = sum(tag.model.name == "in-memory" for tag in tags)
    assert 0 < lived < 100
    await until(lambda: compared(shadow) == lived and shadow._computing is None)
    await shadow.close()


async def test_a_drain_does_not_wait_for_it(started):
    other = ScriptedPredictor()
    engine = await started(ScriptedPredictor(), limits=EngineLimits(close_seconds=0.1))
    shadow = await shadowed(engine, candidate(other))
    other.hold()
    await engine.classify(messages("a", "b"))
    await hanging(other)
    assert await engine.drain(60) == 0
    await engine.close()
    other.release()
    await shadow.close()


async def test_the_end_gives_its_memory_back(started):
    engine = await started(ScriptedPredictor())
    predictor = ScriptedPredictor()
    model = candidate(predictor)
    held = weakref.ref(model.encoder)
    shadow = await shadowed(engine, model)
    await engine.classify(talk(20))
    await until(lambda: compared(shadow) == 20)
    await shadow.close()
    predictor.tokenizer = None
    del model
    gc.collect()
    assert held() is None
    assert predictor.closed


async def test_one_that_could_never_replace_the_live_model_is_refused(started):
    engine = await started(ScriptedPredictor())
    with pytest.raises(ModelMismatchError):
        Shadow(
            engine, Model(CANDIDATE, plain_taxonomies()[:1], WordTokenizer(), (ReplicaPlan("a", ScriptedPredictor),))
        )
