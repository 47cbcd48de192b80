from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.caller import Caller, Share
from emotag_service.engine.fair_queue import FairQueue
from tests.unit.engine.helpers import answer, make_caller, make_entry, make_job


def put(queue, caller, lengths, **settings):
    job = make_job(caller, lengths, **settings)
    queue.add(caller, job.entries)
    return job.entries


def test_an_empty_queue_draws_nothing():
    queue = FairQueue(quantum=10)
    assert not queue
    assert queue.draw(100, 1_000) == []


def test_one_caller_is_drawn_in_order_of_arrival():
    queue, caller = FairQueue(quantum=10), make_caller()
    entries = put(queue, caller, [4] * 6)
    assert queue.draw(12, 1_000) == entries[:5]  # turns of 10 bytes: 2 messages, then 3 with what was left over
    assert queue.draw(1_000, 1_000) == entries[5:]
    assert not queue


def test_callers_share_bytes_and_not_messages():
    queue, long, short = FairQueue(quantum=20), make_caller("long"), make_caller("short")
    put(queue, long, [20] * 50)
    put(queue, short, [2] * 500)
    tokens = Counter()
    for entry in queue.draw(400, 1_000):
        tokens[entry.job.caller.name] += entry.cost
    assert tokens == {"long": 200, "short": 200}


def test_callers_of_one_share_have_as_much_together_as_one_that_has_its_own():
    queue, share = FairQueue(quantum=10), Share()
    flood = [Caller(f"flood-{number}", lambda _: None, share) for number in range(16)]
    for caller in (*flood, make_caller("alone")):
        put(queue, caller, [2] * 500)
    drawn = Counter()
    for entry in queue.draw(1_600, 10_000):
        drawn[entry.job.caller.name] += entry.cost
    assert drawn.pop("alone") == 800
    assert drawn == {caller.name: 50 for caller in flood}
    for caller in flood:
        for entry in queue.waiting(caller).patient:
            answer(entry)
        queue.discard_cancelled(caller, 500)
    assert {entry.job.caller.name for entry in queue.draw(10_000, 10_000)} == {"alone"}
    assert not queue
    assert not any(map(queue.waiting, flood))


def test_earliest_deadline_first_then_arrival_within_a_caller():
    queue, caller = FairQueue(quantum=100), make_caller()
    (never,) = put(queue, caller, [1])
    (late,) = put(queue, caller, [1], deadline=9.0)
    (soon,) = put(queue, caller, [1], deadline=3.0)
    (also_soon,) = put(queue, caller, [1], deadline=3.0)
    assert queue.draw(100, 1_000) == [soon, also_soon, late, never]


def test_cancelled_messages_are_passed_over_and_cost_nothing():
    queue, caller = FairQueue(quantum=10), make_caller()
    entries = put(queue, caller, [10] * 5)
    for entry in entries[:3]:
        answer(entry)
    assert queue.draw(1, 1_000) == [entries[3]]


def test_cancelled_messages_hold_no_memory():
    queue, caller = FairQueue(quantum=10), make_caller()
    patient = put(queue, caller, [1] * 100)
    urgent = put(queue, caller, [1] * 100, deadline=5.0)
    for entry in [*patient[:90], *urgent[:90]]:
        answer(entry)
        queue.discard_cancelled(caller, 1)
    assert len(queue.waiting(caller)) < 100
    assert queue.draw(1_000, 1_000) == [*urgent[90:], *patient[90:]]


def test_a_caller_with_nothing_but_cancelled_messages_leaves_the_ring():
    queue, caller = FairQueue(quantum=10), make_caller()
    for entry in put(queue, caller, [1] * 64):
        answer(entry)
    queue.discard_cancelled(caller, 64)
    assert not queue
    assert queue.waiting(caller) is None
    later = put(queue, caller, [1])
    assert queue.draw(10, 1_000) == later


def test_clear_forgets_and_callers_may_come_back():
    queue, caller = FairQueue(quantum=10), make_caller()
    put(queue, caller, [1, 2])
    put(queue, caller, [1], deadline=1.0)
    queue.clear()
    assert not queue
    assert queue.draw(10, 1_000) == []
    again = put(queue, caller, [3])
    assert queue.draw(10, 1_000) == again


@settings(deadline=None)
@given(
    backlogs=st.lists(st.lists(st.integers(1, 10), min_size=1, max_size=40), min_size=1, max_size=8),
    tokens=st.integers(1, 60),
)
def test_everything_is_drawn_once_and_each_caller_in_order(backlogs, tokens):
    queue = FairQueue(quantum=10)
    entries = [put(queue, make_caller(str(number)), lengths) for number, lengths in enumerate(backlogs)]
    drawn = []
    while queue:
        round_ = queue.draw(tokens, 1_000)
        assert round_
        assert sum(entry.cost for entry in round_) < tokens + 2 * 10
        drawn += round_
    assert sorted(map(id, drawn)) == sorted(id(entry) for own in entries for entry in own)
    for own in entries:
        places = [drawn.index(entry) for entry in own]
        assert all(first < second for first, second in pairwise(places))


@settings(deadline=None)
@given(rivals=st.lists(st.integers(1, 400), min_size=1, max_size=20))
def test_a_single_message_is_drawn_after_one_turn_of_each_rival(rivals):
    queue = FairQueue(quantum=10)
    for number, count in enumerate(rivals):
        put(queue, make_caller(str(number)), [5] * count)
    (lonely,) = put(queue, make_caller("lonely"), [7])
    drawn = queue.draw(10 * (len(rivals) + 1), 1_000)
    assert lonely in drawn
    assert drawn.index(lonely) <= 2 * len(rivals)


def test_a_message_keeps_its_place_when_it_exceeds_the_rest_of_a_turn():
    queue, caller = FairQueue(quantum=10), make_caller()
    job = make_job(caller, [])
    entries = [make_entry(job, 0, 6), make_entry(job, 0, 10), make_entry(job, 0, 1)]
    job.tags.append(None)
    queue.add(caller, entries)
    assert queue.draw(5, 1_000) == entries[:1]
    assert queue.draw(5, 1_000) == entries[1:]


def test_a_batch_of_few_messages_leaves_the_rest_of_a_turn_for_the_next():
    queue, first, second = FairQueue(quantum=10), make_caller("first"), make_caller("second")
    mine, theirs = put(queue, first, [1] * 8), put(queue, second, [1] * 8)
    assert queue.draw(100, 3) == mine[:3]
    assert queue.draw(100, 3) == theirs[:3]
    assert queue.draw(100, 100) == [*mine[3:], *theirs[3:]]


def test_what_a_caller_saves_is_bounded_by_a_turn():
    queue, caller = FairQueue(quantum=10), make_caller()
    put(queue, caller, [1] * 1_000)
    for _ in range(100):
        queue.draw(100, 1)
    assert queue.waiting(caller).credit <= 10
