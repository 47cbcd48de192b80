from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.batch import Batch
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.queue import Queue
from emotag_service.testing import FakeClock
from tests.unit.engine.helpers import answer, make_caller, make_entries, make_job

LIMITS = EngineLimits(batch_bytes=100, batch_messages=10)


@pytest.fixture
def expired():
    return []


@pytest.fixture
def queue(clock, expired):
    return Queue(LIMITS, clock, expired.extend)


def put(queue, lengths, *, caller=None, **settings):
    job = make_job(caller or make_caller(), lengths, **settings)
    queue.put(job.caller, job.entries)
    return job.entries


def take(queue, replica="a"):
    return queue.take(replica, wait=False)


def test_nothing_waits_nothing_is_taken(queue):
    assert take(queue) is None


def test_all_that_waits_leaves_at_once_in_one_batch(queue, clock):
    entries = put(queue, [3, 1]) + put(queue, [2])
    clock.advance(5)
    batch = take(queue)
    assert sorted(entry.cost for entry in batch.entries) == [1, 2, 3]
    assert set(map(id, batch.entries)) == set(map(id, entries))
    assert batch.taken == clock.now
    assert take(queue) is None


def test_expired_messages_are_dropped_when_their_batch_is_taken(queue, clock, expired):
    late = put(queue, [1], deadline=clock.now + 1)
    good = put(queue, [1], deadline=clock.now + 3)
    clock.advance(2)
    assert take(queue).entries == good
    assert expired == late


def test_a_message_may_expire_while_its_batch_waits_for_another_replica(queue, clock, expired):
    late, good = put(queue, [1], deadline=clock.now + 5), put(queue, [1])
    batch = take(queue)
    queue.retry([Batch(batch.entries, failures=1, avoid="b")])
    clock.advance(6)
    assert take(queue).entries == good
    assert expired == late


def test_cancelled_messages_are_dropped_silently(queue, expired):
    entries = put(queue, [1, 1, 1])
    answer(entries[1])
    assert take(queue).entries == [entries[0], entries[2]]
    assert expired == []


def test_a_batch_is_retried_elsewhere_before_anything_new(queue):
    queue.set_serving("a", serving=True)
    queue.set_serving("b", serving=True)
    retry = Batch(make_entries([1]), failures=1, avoid="a")
    new = put(queue, [1])
    queue.retry([retry])
    assert take(queue, "a").entries == new
    assert take(queue, "a") is None
    assert take(queue, "b") is retry


def test_a_batch_goes_back_to_the_replica_that_failed_when_no_other_serves(queue):
    queue.set_serving("a", serving=True)
    queue.set_serving("b", serving=True)
    retry = Batch(make_entries([1]), failures=1, avoid="a")
    queue.retry([retry])
    queue.set_serving("b", serving=False)
    assert take(queue, "a") is retry


def test_clear_forgets_everything(queue):
    put(queue, [50] * 5)
    put(queue, [1])
    queue.retry([Batch(make_entries([1]))])
    queue.clear()
    assert take(queue) is None


class Taker(threading.Thread):
    """A replica's thread that takes one batch."""

    def __init__(self, queue, replica="a"):
        super().__init__(daemon=True)
        self.queue, self.replica = queue, replica
        self.batch = "nothing yet"
        self.start()

    def run(self):
        self.batch = self.queue.take(self.replica)

    def result(self):
        self.join(30)
        assert not self.is_alive()
        return self.batch


def test_a_sleeping_replica_wakes_for_a_message(queue):
    taker = Taker(queue)
    entries = put(queue, [1])
    assert taker.result().entries == entries


def test_a_sleeping_replica_wakes_for_a_retry_and_when_the_other_falls(queue):
    queue.set_serving("a", serving=True)
    queue.set_serving("b", serving=True)
    batch = Batch(make_entries([1]), failures=1, avoid="a")
    taker = Taker(queue, "a")
    queue.retry([batch])
    assert taker.batch == "nothing yet"
    queue.set_serving("b", serving=False)
    assert taker.result() is batch


def test_the_replica_that_slept_least_wakes_first(queue):
    early = Taker(queue, "a")
    asleep(queue, 1)
    late = Taker(queue, "b")
    asleep(queue, 2)
    entries = put(queue, [1])
    assert late.result().entries == entries
    queue.close()
    assert early.result() is None


def asleep(queue, number):
    """Wait until so many replicas sleep."""
    deadline = time.monotonic() + 30
    while len(queue._sleepers) < number:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_work_for_several_replicas_wakes_them_all(queue):
    takers = [Taker(queue, name) for name in "abc"]
    put(queue, [50] * 6)
    assert sorted(len(taker.result().entries) for taker in takers) == [2, 2, 2]


def test_closing_sends_sleepers_home(queue):
    takers = [Taker(queue), Taker(queue, "b")]
    queue.close()
    assert [taker.result() for taker in takers] == [None, None]
    assert queue.take("a") is None


def test_messages_that_expired_do_not_keep_a_replica_awake(queue, clock, expired):
    late = put(queue, [1], deadline=clock.now - 1)
    taker = Taker(queue)
    good = put(queue, [1])
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
        self.queue = Queue(LIMITS, self.clock, self.expired.extend)
        self.callers = [make_caller(str(number)) for number in range(4)]
        self.waiting, self.cancelled = [], []

    def step(self, action, who, what):
        caller = self.callers[who]
        if action == "put":
            self.waiting += put(self.queue, what, caller=caller)
        elif action == "put until":
            self.waiting += put(self.queue, [3, 5], caller=caller, deadline=self.clock.now + what)
        elif action == "take":
            for _ in range(what):
                self.take()
        elif action == "cancel":
            self.cancel(caller, what)
        else:
            self.clock.advance(what)

    def take(self):
        batch = take(self.queue)
        if batch is not None:
            assert 1 <= len(batch.entries) <= LIMITS.batch_messages
            assert sum(entry.cost for entry in batch.entries) < 2 * LIMITS.batch_bytes + 100
            assert all(entry.deadline > self.clock.now and not entry.answered() for entry in batch.entries)
            self.taken += batch.entries
        return batch

    def cancel(self, caller, number):
        gone = {id(entry) for entry in self.gone()}
        victims = [entry for entry in self.waiting if entry.job.caller is caller and id(entry) not in gone][:number]
        for entry in victims:
            answer(entry)
        self.cancelled += victims
        self.queue.discard_cancelled(caller, len(victims), bulk=False)

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
    queue = Queue(LIMITS, FakeClock(), list)
    callers = [make_caller() for _ in rivals]
    for caller, lengths in zip(callers, rivals, strict=True):
        put(queue, lengths, caller=caller)
    (lonely,) = put(queue, [length])
    # Ahead of it: one turn of each rival, and with a full batch's worth of text every turn may be cut in two.
    turn = 4 * (LIMITS.batch_bytes + 100) // LIMITS.batch_bytes
    bound = turn * (len(rivals) + 1) + sum(len(each) for each in rivals) // LIMITS.batch_messages
    for _ in range(bound):
        if lonely in take(queue).entries:
            return
        for caller in callers:
            put(queue, [50, 3], caller=caller)  # and they go on
    pytest.fail(f"not served within {bound} batches")
