"""What holds whatever callers do and whatever replicas suffer: one answer for every message, in order, within bounds."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from threading import Lock

from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.testing import FakeClock, ScriptedPredictor, WordTokenizer, in_memory_engine

LIMITS = EngineLimits(
    max_text_bytes=60,
    queue_messages=40,
    batch_bytes=48,
    batch_messages=6,
    rebuild_delay=0,
)
TEXTS = ["good", "also good", "a b c d e f g h i j", "", " ", "x" * 61, "poison", "so poison too"]


@dataclass
class Fate:
    """What replicas suffer: failures by number of batch, and bounds watched on the way."""

    failing: frozenset[int]
    poison: int
    seen: int = 0
    broken: str = ""

    def __post_init__(self):
        self.lock = Lock()

    def on_batch(self, rows):
        with self.lock:
            self.seen += 1
            number = self.seen
        tokens = sum(map(len, rows))  # of two bytes or more each
        if len(rows) > LIMITS.batch_messages or 2 * tokens > 3 * LIMITS.batch_bytes + 60:
            self.broken = f"a batch of {len(rows)} messages with {tokens} tokens"
        if number in self.failing or any(self.poison in row for row in rows):
            raise ValueError("told to")


REQUEST = st.fixed_dictionaries(
    {
        "caller": st.integers(0, 2),
        "texts": st.lists(st.sampled_from(TEXTS), max_size=12),
        "ttl": st.sampled_from([None, None, None, 0, 5]),
        "patient": st.booleans(),
        "then": st.sampled_from(["go on", "go on", "wait", "cancel", "yield", "hurry", "close"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(
    requests=st.lists(REQUEST, max_size=20),
    failing=st.frozensets(st.integers(1, 12), max_size=3),
    replicas=st.integers(1, 3),
    depth=st.integers(1, 2),
    end=st.sampled_from(["wait", "drain", "close"]),
)
def test_every_message_gets_exactly_one_answer_in_order_and_bounds_hold(requests, failing, replicas, depth, end):
    asyncio.run(asyncio.wait_for(play(requests, failing, replicas, depth, end), 60))


async def play(requests, failing, replicas, depth, end):
    clock, tokenizer = FakeClock(), WordTokenizer(max_tokens=8)
    fate = Fate(failing, tokenizer.id_of("poison"))
    engine = in_memory_engine(
        *[lambda: scripted(fate, depth)] * replicas, limits=LIMITS, clock=clock, tokenizer=tokenizer
    )
    await engine.start()
    callers, jobs, told = [engine.caller(str(number)) for number in range(3)], [], Counter()

    def tell(job, indices):
        told.update((id(job), index) for index in indices)

    for request in requests:
        caller = callers[request["caller"]]
        messages = [Message(text, id=str(number)) for number, text in enumerate(request["texts"])]
        for message in messages:
            message.time_to_live = request["ttl"]
        if request["patient"]:
            await engine.room(caller, len(messages), 60 * len(messages))
        job = engine.submit(messages, caller=caller)
        job.on_tags = tell
        jobs.append((job, messages, [tag is not None for tag in job.tags]))
        assert engine.stats().held <= LIMITS.queue_messages
        await go_on(request["then"], job, caller, clock)
    await finish(engine, jobs, end)
    check(engine, jobs, told)
    assert fate.broken == ""
    await engine.close()


def scripted(fate, depth):
    predictor = ScriptedPredictor(depth=depth)
    predictor.on_batch = fate.on_batch
    return predictor


async def go_on(then, job, caller, clock):
    if then == "wait":
        await job.wait()
    elif then == "cancel":
        job.cancel()
    elif then == "yield":
        await asyncio.sleep(0)
    elif then == "hurry":
        clock.advance(6)
    elif then == "close":
        caller.close()


async def finish(engine, jobs, end):
    if end == "wait":
        await asyncio.gather(*(job.wait() for job, _, _ in jobs))
    elif end == "drain":
        await engine.drain(60)
    else:
        await engine.close()


def check(engine, jobs, told):
    for job, messages, at_once in jobs:
        assert job.done()
        assert [tag.message_id for tag in job.tags] == [message.id for message in messages]
        for index, (tag, message) in enumerate(zip(job.tags, messages, strict=True)):
            assert bool(tag.label) != (tag.error is not None)
            assert tag.error is not None or "poison" not in message.text
            if at_once[index]:
                assert told[id(job), index] == 0
            elif type(tag.error).__name__ != "CancelledMessageError":
                assert told[id(job), index] == 1
    stats = engine.stats()
    outcomes = (stats.tagged, stats.refused, stats.invalid, stats.expired, stats.cancelled, stats.failed)
    assert sum(outcomes) == sum(len(messages) for _, messages, _ in jobs)
    assert (stats.held, stats.held_bytes) == (0, 0)
