"""A share of conversations goes to a candidate: the same ones everywhere, each tag as its model says, and back."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from emotag_model.checkpoint.identity import Identity
from emotag_service.engine.engine import Engine
from emotag_service.engine.errors import EngineError
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.testing import ScriptedPredictor, WordTokenizer, plain_taxonomies
from tests.unit.engine.helpers import until
from tests.unit.engine.scenes import computing, hanging, kinds, messages

CANDIDATE = Identity(name="candidate", version="1", digest="1" * 64)
THIRD = Identity(name="third", version="1", digest="3" * 64)


def candidate(predictor: ScriptedPredictor | None = None, identity: Identity = CANDIDATE, **parts: Any) -> Model:
    encoder = WordTokenizer()
    predictor = predictor or ScriptedPredictor()
    predictor.tokenizer = encoder
    predictor.garble = lambda logits: -logits  # another label for every text
    return Model(identity, plain_taxonomies(), encoder, (ReplicaPlan("fake:0", lambda: predictor),), **parts)


async def split(engine: Engine, share: float, model: Model | None = None, salt: str = "") -> None:
    await engine.prepare(model or candidate())
    engine.branches.start_split(share, salt)


def talk(conversations: int, turns: int = 1) -> list[Message]:
    return [
        Message(f"word{number}", id=f"{number}.{turn}", conversation_id=f"c{number}")
        for number in range(conversations)
        for turn in range(turns)
    ]


def sides(said: list[Message], tags: Any) -> dict[str, set[str]]:
    """Models by conversation."""
    found: dict[str, set[str]] = {}
    for message, tag in zip(said, tags, strict=True):
        found.setdefault(message.conversation_id, set()).add(tag.model.name)
    return found


async def test_a_fifth_of_ten_thousand_conversations_and_each_always_the_same(started):
    engine = await started(ScriptedPredictor(), limits=EngineLimits(queue_messages=30_000))
    await split(engine, 0.2, salt="draw")
    said = talk(10_000, turns=2)
    found = sides(said, await engine.classify(said))
    assert all(len(models) == 1 for models in found.values())
    taken = {name for name, models in found.items() if models == {"candidate"}}
    assert 1_850 < len(taken) < 2_150, "four standard deviations"
    now = engine.branches.split
    assert (now.candidate_messages, now.live_messages) == (2 * len(taken), 2 * (10_000 - len(taken)))
    other = await started(ScriptedPredictor(), limits=EngineLimits(queue_messages=30_000))
    await split(other, 0.2, salt="draw")
    again = sides(said, await other.classify(said))
    assert again == found, "another process, the same salt"
    other.branches.split.resize(0.3)
    more = sides(said, await other.classify(said))
    assert taken < {name for name, models in more.items() if models == {"candidate"}}


async def test_another_salt_is_another_draw(started):
    said, drawn = talk(1_000), []
    for salt in ("", "a"):
        engine = await started(ScriptedPredictor())
        await split(engine, 0.5, salt=salt)
        drawn.append(sides(said, await engine.classify(said)))
    assert 350 < sum(drawn[0][name] == drawn[1][name] for name in drawn[0]) < 650


async def test_every_tag_is_what_the_model_that_it_names_says_and_order_holds(started):
    engine = await started(ScriptedPredictor())
    said = talk(300)
    live = {tag.message_id: tag.label for tag in await engine.classify(said)}
    await split(engine, 1.0)
    other = {tag.message_id: tag.label for tag in await engine.classify(said)}
    assert all(live[name] != other[name] for name in live)
    engine.branches.split.resize(0.4)
    tags = await engine.classify(said)
    assert [tag.message_id for tag in tags] == [message.id for message in said]
    assert {tag.model.name for tag in tags} == {"candidate", "in-memory"}
    for tag in tags:
        assert tag.label == (other if tag.model is CANDIDATE else live)[tag.message_id]
    counted = engine.stats().model_tags
    assert sum(counted[CANDIDATE.digest].values()) == 300 + sum(tag.model is CANDIDATE for tag in tags)


async def test_a_message_without_conversation_is_drawn_by_its_id(started):
    engine = await started(ScriptedPredictor())
    await split(engine, 0.5)
    said = [Message("word", id=f"m{number}") for number in range(200)]
    first, second = [[tag.model.name for tag in await engine.classify(said)] for _ in range(2)]
    assert first == second
    assert 60 < first.count("candidate") < 140


async def test_few_words_are_computed_at_once_by_the_model_of_each(started):
    engine = await started(ScriptedPredictor())
    await split(engine, 0.5, candidate(instant=_instant))
    job = engine.submit(talk(6))
    done = [tag.model.name for tag in job.tags if tag is not None]
    assert set(done) == {"candidate"}
    tags = await job.wait()
    assert {tag.model.name for tag in tags} == {"candidate", "in-memory"}
    assert kinds(tags) == ["tagged"] * 6


def _instant() -> ScriptedPredictor:
    predictor = ScriptedPredictor()
    predictor.tokenizer = WordTokenizer()
    return predictor


async def test_a_swap_replaces_the_live_side_alone(started):
    engine = await started(ScriptedPredictor())
    await split(engine, 0.5)
    said = talk(100)
    before = sides(said, await engine.classify(said))
    await engine.prepare(candidate(identity=THIRD))
    engine.switch()
    after = sides(said, await engine.classify(said))
    assert {name for name in after if after[name] == {"candidate"}} == {
        name for name in before if before[name] == {"candidate"}
    }
    assert set().union(*after.values()) == {"candidate", "third"}


async def test_each_message_is_counted_for_the_model_that_was_to_answer_it(started):
    engine = await started(ScriptedPredictor())
    await split(engine, 0.5)
    await engine.classify(talk(100))
    now = engine.branches.split
    taken = now.candidate_messages
    assert {model.name: count for model, count in now.messages.items()} == {
        "candidate": taken,
        "in-memory": 100 - taken,
    }
    await engine.prepare(candidate())
    engine.switch()  # the candidate is the live model, too
    await engine.classify(talk(100))
    assert now.messages[CANDIDATE] == 100 + taken
    assert (now.candidate_messages, now.live_messages) == (2 * taken, 200 - 2 * taken)


async def test_the_end_answers_what_the_candidate_has_and_gives_its_memory_back(started):
    predictor = ScriptedPredictor()
    engine = await started(ScriptedPredictor())
    model = candidate(predictor)
    held = weakref.ref(model.encoder)
    await split(engine, 1.0, model)
    job = await computing(engine, predictor, "a b")
    engine.branches.end_split()
    assert [tag.model.name for tag in await engine.classify(messages("c"))] == ["in-memory"]
    predictor.release()
    assert [tag.model.name for tag in await job.wait()] == ["candidate"]
    await engine.retired()
    predictor.tokenizer = None
    del model, job
    gc.collect()
    assert held() is None
    assert engine.branches.split is None
    engine.branches.end_split()  # nothing is on: nothing happens


async def test_there_is_one_at_a_time_and_only_of_what_is_prepared(started):
    engine = await started(ScriptedPredictor())
    with pytest.raises(EngineError, match="no model is prepared"):
        engine.branches.start_split(0.5)
    await engine.prepare(candidate())
    for share in (0.0, 1.1, float("nan")):
        with pytest.raises(ValueError, match="share"):
            engine.branches.start_split(share)
    with pytest.raises(ValueError, match="salt"):
        engine.branches.start_split(0.5, "x" * 65)
    engine.branches.start_split(0.5)
    await engine.prepare(candidate(identity=THIRD))
    with pytest.raises(EngineError, match="there is a split"):
        engine.branches.start_split(0.5)


async def test_cancelled_messages_are_cancelled_on_both_sides(started):
    live, other = ScriptedPredictor(), ScriptedPredictor()
    engine = await started(live)
    await split(engine, 0.5, candidate(other))
    live.hold()
    other.hold()
    first = engine.submit(talk(50))
    await hanging(live)
    await hanging(other)
    caller = engine.caller()
    gone = engine.submit(talk(50), caller=caller)
    caller.close()
    assert kinds(await gone.wait()) == ["CancelledMessageError"] * 50
    live.release()
    other.release()
    assert kinds(await first.wait()) == ["tagged"] * 50
    assert engine.stats().held == 0


async def test_a_drain_waits_for_both_sides(started):
    other = ScriptedPredictor()
    engine = await started(ScriptedPredictor())
    await split(engine, 0.5, candidate(other))
    other.hold()
    job = engine.submit(talk(50))
    await hanging(other)
    assert await engine.drain(0.05) > 0
    other.release()
    assert len(job.tags) == 50
    assert all(tag is not None for tag in job.tags)


async def test_a_candidate_that_no_replica_computes_any_more_loses_no_message(started, events):
    other = ScriptedPredictor()
    engine = await started(ScriptedPredictor(), limits=EngineLimits(rebuild_attempts=1, rebuild_delay=0))
    builds = [other]
    model = Model(CANDIDATE, plain_taxonomies(), WordTokenizer(), (ReplicaPlan("fake:0", builds.pop),))
    other.tokenizer = WordTokenizer()
    await split(engine, 0.5, model)

    def fail(_: Any) -> None:
        raise RuntimeError("broken")

    other.on_batch = fail
    tags = await engine.classify(talk(50))
    assert kinds(tags) == ["tagged"] * 50
    assert {tag.model.name for tag in tags} == {"in-memory"}
    assert engine.branches.split.problem.startswith("no replica of the candidate is left")
    assert len([event for event in events if event["event"] == "split given up"]) == 1
    assert engine.healthy
    await engine.retired()
    counted = engine.branches.split.live_messages
    assert {tag.model.name for tag in await engine.classify(talk(50))} == {"in-memory"}
    assert engine.branches.split.live_messages == counted + 50
    engine.branches.end_split()
    await until(lambda: engine.stats().held == 0)


async def test_the_draw_is_the_same_in_every_process_and_release(started):
    engine = await started(ScriptedPredictor())
    await split(engine, 0.5, salt="draw")
    assert [number for number in range(12) if engine.branches.split.takes(f"c{number}")] == [0, 2, 8, 11]
