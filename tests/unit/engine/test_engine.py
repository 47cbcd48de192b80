from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from emotag_service.engine.engine import Engine
from emotag_service.engine.errors import (
    CancelledMessageError,
    EngineError,
    ExpiredError,
    InvalidMessageError,
    InvalidOptionsError,
    QueueFullError,
)
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.engine.options import Options
from emotag_service.testing import ScriptedPredictor, WordTokenizer, in_memory_engine, plain_taxonomies
from emotag_service.testing.in_memory import IDENTITY
from tests.unit.engine.helpers import until
from tests.unit.engine.scenes import computing, hanging, kinds, messages

EXPLAIN = Options(all_scores=True, explain=True)


async def test_messages_in_tags_out(started):
    engine = await started()
    tags = await engine.classify(messages("hello there", "what a day", "oh no"))
    assert [tag.message_id for tag in tags] == ["m0", "m1", "m2"]
    assert kinds(tags) == ["tagged"] * 3
    assert all(tag.label in engine.model.taxonomies[0].labels for tag in tags)
    assert all(tag.queue_seconds >= 0 and tag.compute_seconds >= 0 for tag in tags)


async def test_an_observer_is_told_of_jobs_and_of_what_was_computed(started):
    engine, told = await started(), []

    class Observer:
        def submitted(self, job):
            job.trace = "kept"

        def computed(self, batch, tags):
            told.extend(
                (entry.job.trace, tag.message_id, tag.label) for entry, tag in zip(batch.entries, tags, strict=True)
            )

    engine.observe(Observer())
    tags = await engine.classify(messages("hello there", "", "oh no"))
    assert sorted(told) == [("kept", tag.message_id, tag.label) for tag in tags if tag.label]
    assert len(told) == 2


async def test_one_bad_message_does_not_touch_its_neighbours(started):
    engine = await started(limits=EngineLimits(max_text_bytes=100))
    tags = await engine.classify(
        [*messages("good", "", " \t", "x" * 101), Message("late", time_to_live=0), None, Message("\ud800 \0 ok")]
    )
    assert kinds(tags) == [
        "tagged",
        *["InvalidMessageError"] * 3,
        "ExpiredError",
        "InvalidMessageError",
        "tagged",
    ]
    assert tags[0].error is None
    assert all(tag.message_id for tag in tags)
    stats = engine.stats()
    assert (stats.tagged, stats.invalid, stats.expired, stats.held, stats.held_bytes) == (2, 4, 1, 0, 0)


async def test_nothing_in_nothing_out(started):
    engine = await started()
    assert await engine.classify([]) == []


async def test_what_submit_answers_is_there_when_it_returns(started):
    engine = await started()
    job = engine.submit(messages("", "good"))
    assert isinstance(job.tags[0].error, InvalidMessageError)
    assert job.tags[1] is None
    assert not job.done()
    await job.wait()


async def test_options_are_checked(started):
    engine = await started()
    with pytest.raises(InvalidOptionsError, match="taxonomy"):
        engine.submit(messages("x"), Options("plutchik"))
    with pytest.raises(InvalidOptionsError):
        engine.check_options(Options(top_k=-1))
    assert engine.check_options(Options()).taxonomy == "fine"


async def test_scores_and_explanation_on_request(started):
    engine = await started()
    (tag,) = await engine.classify(messages("so very good"), EXPLAIN)
    assert tag.scores.shape == (4,)
    assert [token for token, _ in tag.token_weights] == ["so", "very", "good"]
    assert sum(weight for _, weight in tag.token_weights) == pytest.approx(1.0)


async def test_info_says_what_answers(started):
    engine = await started(tokenizer=WordTokenizer(max_tokens=7))
    assert engine.model.identity.name == "in-memory"
    assert [taxonomy.name for taxonomy in engine.model.taxonomies] == ["fine", "coarse"]
    assert engine.limits.max_tokens == 7
    (tag,) = await engine.classify(messages("a b c d e f g h"))
    assert tag.truncated


async def test_batches_keep_their_bounds_under_load(started):
    predictor = ScriptedPredictor()
    limits = EngineLimits(batch_bytes=64, batch_messages=8)
    engine = await started(predictor, limits=limits, tokenizer=WordTokenizer(max_tokens=32))
    await engine.classify([Message("w " * (1 + index % 32)) for index in range(500)])
    assert sum(map(len, predictor.batches)) == 500
    assert all(len(rows) <= 8 and 2 * sum(map(len, rows)) < 64 + 2 * 64 for rows in predictor.batches)


async def test_no_text_is_read_on_the_event_loop(started):
    readers = set()

    class Watched(WordTokenizer):
        def encode(self, text):
            readers.add(threading.current_thread())
            return super().encode(text)

    engine = await started(tokenizer=Watched())
    await engine.classify(messages("a", " ", "b c"), EXPLAIN)
    assert readers
    assert threading.current_thread() not in readers


async def test_others_are_served_while_a_replica_reads_what_is_slow_to_read(started):
    slow, quick = ScriptedPredictor(), ScriptedPredictor()
    engine = await started(slow, quick, limits=EngineLimits(batch_messages=1))
    slow.hold()
    quick.hold()  # or it could take all of them before the other one has one
    hostile = engine.submit(messages(*["x"] * 20), caller=engine.caller("hostile"))
    await hanging(slow)
    quick.release()
    assert kinds(await engine.classify(messages("thanks"), caller=engine.caller("polite"))) == ["tagged"]
    assert not hostile.done()
    slow.release()
    assert kinds(await hostile.wait()) == ["tagged"] * 20


async def test_a_message_waits_for_nobody_while_a_replica_is_free(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    for text in ("one", "two", "three"):
        await engine.classify(messages(text))
    assert len(predictor.batches) == 3


async def test_all_that_came_meanwhile_leaves_in_one_batch(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    first = await computing(engine, predictor, "first")
    jobs = [engine.submit(messages("a b", "c")) for _ in range(10)]
    predictor.release()
    await asyncio.gather(first.wait(), *(job.wait() for job in jobs))
    assert [len(rows) for rows in predictor.batches] == [1, 20]


async def test_a_message_that_expires_in_the_queue_costs_no_compute(started, clock):
    predictor = ScriptedPredictor()
    engine = await started(predictor, clock=clock)
    first = await computing(engine, predictor, "first")
    by_message = engine.submit([Message("late", time_to_live=5), Message("early", time_to_live=50)])
    by_call = engine.submit(messages("late too"), deadline=clock.now + 5)
    clock.advance(10)
    predictor.release()
    assert kinds(await first.wait()) == ["tagged"]
    assert kinds(await by_message.wait()) == ["ExpiredError", "tagged"]
    assert kinds(await by_call.wait()) == ["ExpiredError"]
    assert sum(map(len, predictor.batches)) == 2
    assert engine.stats().expired == 2


async def test_a_cancelled_job_is_answered_at_once_and_costs_no_compute(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    running = await computing(engine, predictor, "running")
    queued = engine.submit(messages("queued", "queued too"))
    queued.on_tags = lambda job, indices: pytest.fail("the canceller knows")
    queued.cancel()
    assert queued.done()
    assert kinds(await queued.wait()) == ["CancelledMessageError"] * 2
    running.cancel()
    assert kinds(running.tags) == ["CancelledMessageError"]
    assert engine.stats().held == 0
    predictor.release()
    assert kinds(await engine.classify(messages("next"))) == ["tagged"]
    assert [len(rows) for rows in predictor.batches] == [1, 1]
    assert kinds(running.tags) == ["CancelledMessageError"]  # the late result was dropped
    assert (engine.stats().cancelled, engine.stats().tagged) == (3, 1)


async def test_cancelling_classify_cancels_its_messages(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    predictor.hold()
    task = asyncio.ensure_future(engine.classify(messages("a", "b")))
    await hanging(predictor)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.stats().cancelled == 2
    predictor.release()


async def test_a_closed_caller_takes_everything_of_it_along(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    predictor.hold()
    leaving, staying = engine.caller("leaving"), engine.caller("staying")
    gone = [engine.submit(messages("a", "b"), caller=leaving) for _ in range(3)]
    stays = engine.submit(messages("c"), caller=staying)
    leaving.close()
    assert all(kinds(job.tags) == ["CancelledMessageError"] * 2 for job in gone)
    assert kinds(engine.submit(messages("more"), caller=leaving).tags) == ["CancelledMessageError"]
    predictor.release()
    assert kinds(await stays.wait()) == ["tagged"]
    assert leaving.jobs == staying.jobs == set()


async def test_a_thousand_cancelled_jobs_leave_nothing_behind(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor)
    first = await computing(engine, predictor, "first")
    caller = engine.caller()
    for _ in range(1_000):
        engine.submit(messages("a b c"), caller=caller).cancel()
    assert len(engine.branches.live.queue._waiting._interactive._callers.get(caller, ())) < 100
    assert (engine.stats().held, engine.stats().cancelled) == (1, 1_000)
    predictor.release()
    await first.wait()


async def test_overload_is_refused_at_once_with_a_hint(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor, limits=EngineLimits(queue_messages=4))
    predictor.hold()
    job = engine.submit(messages(*"abcdef"))
    assert kinds([tag for tag in job.tags if tag]) == ["QueueFullError"] * 2
    assert isinstance(job.tags[5].error, QueueFullError)
    assert job.tags[5].error.retry_after > 0
    predictor.release()
    assert kinds(await job.wait()) == ["tagged"] * 4 + ["QueueFullError"] * 2
    assert engine.stats().refused == 2


async def test_who_waits_for_room_is_held_back_and_never_refused(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor, limits=EngineLimits(queue_messages=8))

    async def stream(name):
        caller, jobs = engine.caller(name), []
        for number in range(20):
            await engine.room(caller, 3, 30)
            jobs.append(engine.submit(messages(f"{name} {number}", "b", "c"), caller=caller))
            assert engine.stats().held <= 8
        return [tag for job in jobs for tag in await job.wait()]

    for tags in await asyncio.gather(*(stream(f"s{number}") for number in range(4))):
        assert kinds(tags) == ["tagged"] * 60
    assert engine.stats().held == 0


async def test_a_request_that_never_fits_is_refused_in_part_and_not_held_back_forever(started):
    engine = await started(limits=EngineLimits(queue_messages=4))
    caller = engine.caller()
    await engine.room(caller, 6, 6)
    assert kinds(await engine.classify(messages(*"abcdef"), caller=caller)) == ["tagged"] * 4 + ["QueueFullError"] * 2


async def test_a_caller_that_closes_gives_back_the_room_it_claimed(started):
    engine = await started(limits=EngineLimits(queue_messages=4))
    leaving = engine.caller()
    await engine.room(leaving, 3, 3)
    leaving.close()
    assert engine.stats().held == 0
    await engine.room(engine.caller(), 3, 3)


async def test_tags_are_told_as_they_come(started):
    predictor = ScriptedPredictor()
    engine = await started(predictor, limits=EngineLimits(batch_messages=2))
    job = engine.submit(messages(*"abcde"))
    told = []
    job.on_tags = lambda job, indices: told.append(list(indices))
    await job.wait()
    assert sorted(index for indices in told for index in indices) == [0, 1, 2, 3, 4]
    assert len(told) == len(predictor.batches) == 3


async def test_a_single_message_is_not_starved_by_a_flood(started):
    predictor = ScriptedPredictor()
    limits = EngineLimits(batch_bytes=512, batch_messages=64)
    engine = await started(predictor, limits=limits)
    predictor.hold()
    flood = engine.submit([Message("a b c d")] * 5_000, caller=engine.caller("flood"))
    await hanging(predictor)
    polite = engine.submit(messages("please"), caller=engine.caller("polite"))
    predictor.release()
    await asyncio.gather(polite.wait(), flood.wait())
    before = next(index for index, rows in enumerate(predictor.batches) if any(len(row) == 1 for row in rows))
    assert sum(map(len, predictor.batches[:before])) < 2_000


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (
            {"limits": EngineLimits(max_tokens=7)},
            "max_tokens is 7, but the checkpoint's tokenizer cuts at 128; leave it 0",
        ),
        ({"replicas": ()}, "replicas: .*at least one"),
        ({"replicas": (ReplicaPlan("a", ScriptedPredictor), ReplicaPlan("a", ScriptedPredictor))}, "its own name"),
        ({"taxonomies": ()}, "taxonomies: is empty"),
    ],
)
def test_parts_that_do_not_fit_are_refused(settings, problem):
    settings = dict(settings)
    limits = settings.pop("limits", EngineLimits())
    whole = Model(IDENTITY, plain_taxonomies(), WordTokenizer(), (ReplicaPlan("a", ScriptedPredictor),))
    with pytest.raises(ValueError, match=problem):
        Engine(replace(whole, **settings), limits=limits)


async def test_it_must_be_started_and_only_once(started):
    engine = in_memory_engine()
    with pytest.raises(EngineError, match=r"await engine\.start\(\) first"):
        engine.submit(messages("x"))
    assert not engine.healthy
    await engine.close()
    engine = await started()
    with pytest.raises(EngineError, match="started before"):
        await engine.start()


async def test_an_idle_engine_has_no_timer(started):
    engine = await started(limits=EngineLimits(compute_seconds=0.3))
    await engine.classify(messages("a"))
    await until(lambda: engine._watchdog._timer is None)


async def test_two_batches_fly_when_the_predictor_prefetches(started):
    predictor = ScriptedPredictor(depth=2)
    launched = []
    launch = predictor.launch

    def recording(texts, *, evidence):
        launched.append(len(texts))
        return launch(texts, evidence=evidence)

    engine = await started(predictor, limits=EngineLimits(batch_messages=2))
    predictor.launch = recording
    predictor.hold()
    first = engine.submit(messages("a"))
    await hanging(predictor)  # it found nothing to prefetch and waits for its only batch
    second = engine.submit(messages("b", "c", "d", "e", "f", "g"))
    predictor.release()
    assert kinds(await first.wait() + await second.wait()) == ["tagged"] * 7
    assert launched == [1, 2, 2, 2]


async def test_expired_and_cancelled_errors_name_their_codes():
    assert (ExpiredError.code, CancelledMessageError.code) == ("DEADLINE_EXCEEDED", "CANCELLED")


async def test_no_text_is_ever_logged(started, events):
    predictor = ScriptedPredictor()

    def fail(rows):
        raise ValueError("secret word")

    predictor.on_batch = fail
    engine = await started(predictor, limits=EngineLimits(rebuild_delay=0))
    assert kinds(await engine.classify([Message("secret word", sender="secret")])) == ["ComputeError"]
    assert events
    assert "secret" not in repr(events)
