from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.batch import Batch
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.scheduler import Scheduler
from emotag_service.testing import FakeClock
from tests.unit.engine.helpers import answer, make_caller, make_entries, make_job

LIMITS = EngineLimits(batch_tokens=100, batch_messages=10, max_tokens=100, round_batches=2)


@pytest.fixture
def expired():
    return []


@pytest.fixture
def scheduler(clock, expired):
    return Scheduler(LIMITS, clock, expired.extend)


def put(scheduler, lengths, *, caller=None, **settings):
    job = make_job(caller or make_caller(), lengths, **settings)
    scheduler.put(job.caller, job.entries)
    return job.entries


def take(scheduler, replica="a"):
    return scheduler.take(replica, wait=False)


def test_nothing_waits_nothing_is_taken(scheduler):
    assert take(scheduler) is None


def test_all_that_waits_leaves_at_once_in_one_batch(scheduler, clock):
    entries = put(scheduler, [3, 1]) + put(scheduler, [2])
    clock.advance(5)
    batch = take(scheduler)
    assert sorted(len(entry.ids) for entry in batch.entries) == [1, 2, 3]
    assert set(map(id, batch.entries)) == set(map(id, entries))
    assert batch.taken == clock.now
    assert take(scheduler) is None


def test_expired_messages_are_dropped_when_their_batch_is_taken(scheduler, clock, expired):
    late = put(scheduler, [1], deadline=clock.now + 1)
    good = put(scheduler, [1], deadline=clock.now + 3)
    clock.advance(2)
    assert take(scheduler).entries == good
    assert expired == late


def test_a_message_may_expire_between_draw_and_take(scheduler, clock, expired):
    put(scheduler, [50, 50])
    late = put(scheduler, [10] * 10, deadline=clock.now + 10)
    first = take(scheduler)
    assert first.entries == late  # the urgent batch of the round goes first
    more = put(scheduler, [60, 60], deadline=clock.now + 5)
    assert len(take(scheduler).entries) == 2
    clock.advance(6)
    assert take(scheduler) is None
    assert expired == more


def test_cancelled_messages_are_dropped_silently(scheduler, expired):
    entries = put(scheduler, [1, 1, 1])
    answer(entries[1])
    assert take(scheduler).entries == [entries[0], entries[2]]
    assert expired == []


def test_a_batch_is_retried_elsewhere_before_anything_new(scheduler):
    scheduler.set_serving("a", serving=True)
    scheduler.set_serving("b", serving=True)
    retry = Batch(make_entries([1]), failures=1, avoid="a")
    new = put(scheduler, [1])
    scheduler.retry([retry])
    assert take(scheduler, "a").entries == new
    assert take(scheduler, "a") is None
    assert take(scheduler, "b") is retry


def test_a_batch_goes_back_to_the_replica_that_failed_when_no_other_serves(scheduler):
    scheduler.set_serving("a", serving=True)
    scheduler.set_serving("b", serving=True)
    retry = Batch(make_entries([1]), failures=1, avoid="a")
    scheduler.retry([retry])
    scheduler.set_serving("b", serving=False)
    assert take(scheduler, "a") is retry


def test_clear_forgets_everything(scheduler):
    put(scheduler, [50] * 5)
    assert take(scheduler) is not None  # the rest of its round waits
    put(scheduler, [1])
    scheduler.retry([Batch(make_entries([1]))])
    scheduler.clear()
    assert take(scheduler) is None


class Taker(threading.Thread):
    """A replica's thread that takes one batch."""

    def __init__(self, scheduler, replica="a"):
        super().__init__(daemon=True)
        self.scheduler, self.replica = scheduler, replica
        self.batch = "nothing yet"
        self.start()

    def run(self):
        self.batch = self.scheduler.take(self.replica)

    def result(self):
        self.join(30)
        assert not self.is_alive()
        return self.batch


def test_a_sleeping_replica_wakes_for_a_message(scheduler):
    taker = Taker(scheduler)
    entries = put(scheduler, [1])
    assert taker.result().entries == entries


def test_a_sleeping_replica_wakes_for_a_retry_and_when_the_other_falls(scheduler):
    scheduler.set_serving("a", serving=True)
    scheduler.set_serving("b", serving=True)
    batch = Batch(make_entries([1]), failures=1, avoid="a")
    taker = Taker(scheduler, "a")
    scheduler.retry([batch])
    assert taker.batch == "nothing yet"
    scheduler.set_serving("b", serving=False)
    assert taker.result() is batch


def test_the_replica_that_slept_least_wakes_first(scheduler):
    early = Taker(scheduler, "a")
    asleep(scheduler, 1)
    late = Taker(scheduler, "b")
    asleep(scheduler, 2)
    entries = put(scheduler, [1])
    assert late.result().entries == entries
    scheduler.close()
    assert early.result() is None


def asleep(scheduler, number):
    """Wait until so many replicas sleep."""
    deadline = time.monotonic() + 30
    while len(scheduler._sleepers) < number:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_work_for_several_replicas_wakes_them_all(scheduler):
    takers = [Taker(scheduler, name) for name in "abc"]
    put(scheduler, [30] * 8)
    assert sorted(len(taker.result().entries) for taker in takers) == [2, 3, 3]


def test_closing_sends_sleepers_home(scheduler):
    takers = [Taker(scheduler), Taker(scheduler, "b")]
    scheduler.close()
    assert [taker.result() for taker in takers] == [None, None]
    assert scheduler.take("a") is None


def test_messages_that_expired_do_not_keep_a_replica_awake(scheduler, clock, expired):
    late = put(scheduler, [1], deadline=clock.now - 1)
    taker = Taker(scheduler)
    good = put(scheduler, [1])
    assert taker.result().entries == good
    assert expired == late


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 3), st.lists(st.integers(1, 100), min_size=1, max_size=30)),
        st.tuples(st.just("put until"), st.integers(0, 3), st.integers(1, 20)),
        st.tuples(st.just("take"), st.integers(0, 0), st.integers(1, 5)),
        st.tuples(st.just("cancel"), st.integers(0, 3), st.integers(0, 40)),
        st.tuples(st.just("wait"), st.integers(0, 0), st.integers(1, 10)),
    ),
    max_size=40,
)


class Play:
    """Callers and a replica, step by step; every batch taken is checked."""

    def __init__(self):
        self.clock, self.expired, self.taken = FakeClock(), [], []
        self.scheduler = Scheduler(LIMITS, self.clock, self.expired.extend)
        self.callers = [make_caller(str(number)) for number in range(4)]
        self.waiting, self.cancelled = [], []

    def step(self, action, who, what):
        caller = self.callers[who]
        if action == "put":
            self.waiting += put(self.scheduler, what, caller=caller)
        elif action == "put until":
            self.waiting += put(self.scheduler, [3, 5], caller=caller, deadline=self.clock.now + what)
        elif action == "take":
            for _ in range(what):
                self.take()
        elif action == "cancel":
            self.cancel(caller, what)
        else:
            self.clock.advance(what)

    def take(self):
        batch = take(self.scheduler)
        if batch is not None:
            assert 1 <= len(batch.entries) <= LIMITS.batch_messages
            assert batch.width() * len(batch.entries) <= LIMITS.batch_tokens
            assert all(entry.deadline > self.clock.now and not entry.answered() for entry in batch.entries)
            self.taken += batch.entries
        return batch

    def cancel(self, caller, number):
        gone = {id(entry) for entry in self.gone()}
        victims = [entry for entry in self.waiting if entry.job.caller is caller and id(entry) not in gone][:number]
        for entry in victims:
            answer(entry)
        self.cancelled += victims
        self.scheduler.discard_cancelled(caller, len(victims))

    def gone(self):
        return self.taken + self.expired + self.cancelled


@settings(deadline=None)
@given(steps=STEPS)
def test_every_message_leaves_exactly_once_within_bounds_and_in_time(steps):
    play = Play()
    for step in steps:
        play.step(*step)
    while play.take():
        pass
    assert Counter(map(id, play.gone())) == Counter(map(id, play.waiting))


@settings(deadline=None)
@given(rivals=st.lists(st.lists(st.integers(1, 100), min_size=1, max_size=60), max_size=5), length=st.integers(1, 100))
def test_one_message_is_served_within_few_batches_whatever_the_others_queue(rivals, length):
    scheduler = Scheduler(LIMITS, FakeClock(), list)
    callers = [make_caller() for _ in rivals]
    for caller, lengths in zip(callers, rivals, strict=True):
        put(scheduler, lengths, caller=caller)
    assert rivals == [] or take(scheduler) is not None  # a round of theirs is under way
    (lonely,) = put(scheduler, [length])
    # Ahead of it: the rest of that round, then one turn of each rival; a batch holds a message at the least, and a
    # message is at most a batch's worth, so a turn's tokens fill at most this many batches.
    quantum, budget = max(256, LIMITS.max_tokens), LIMITS.batch_tokens
    turn = 4 * (quantum + LIMITS.max_tokens) // budget + 2
    bound = turn * (len(rivals) + 1) + 4 * LIMITS.round_batches + turn
    for _ in range(bound):
        if lonely in take(scheduler).entries:
            return
        for caller in callers:
            put(scheduler, [50, 3], caller=caller)  # and they go on
    pytest.fail(f"not served within {bound} batches")
