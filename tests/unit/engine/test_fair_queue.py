from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.caller import Caller, Share
from emotag_service.engine.fair_queue import FairQueue, TwoPriorities
from emotag_service.engine.options import Options
from tests.unit.engine.helpers import OPTIONS, answer, make_caller, make_entry, make_job


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
    entries = {caller: put(queue, caller, [2] * 500) for caller in (*flood, make_caller("alone"))}
    drawn = Counter()
    for entry in queue.draw(1_600, 10_000):
        drawn[entry.job.caller.name] += entry.cost
    assert drawn.pop("alone") == 800
    assert drawn == {caller.name: 50 for caller in flood}
    for caller in flood:
        for entry in entries[caller]:
            answer(entry)
        queue.discard_cancelled(caller, 500)
    assert {entry.job.caller.name for entry in queue.draw(10_000, 10_000)} == {"alone"}
    assert not queue


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
    assert len(queue._callers[caller]) < 100
    assert queue.draw(1_000, 1_000) == [*urgent[90:], *patient[90:]]


def test_a_caller_with_nothing_but_cancelled_messages_leaves_the_ring():
    queue, caller = FairQueue(quantum=10), make_caller()
    for entry in put(queue, caller, [1] * 64):
        answer(entry)
    queue.discard_cancelled(caller, 64)
    assert not queue
    assert caller not in queue._callers
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
    assert len(queue.draw(1, 1_000)) <= 20  # a turn, and another that was saved


BULK = Options(taxonomy="fine", bulk=True)


def is_bulk(drawn):
    [bulk] = {entry.job.options.bulk for entry in drawn}  # a batch is of one priority
    return bulk


def test_interactive_messages_overtake_bulk_ones():
    queue, caller, other = TwoPriorities(quantum=10), make_caller(), make_caller()
    early = put(queue, caller, [4] * 3, options=BULK)
    late, later = put(queue, caller, [4] * 2), put(queue, other, [4] * 2)
    assert queue.draw(1_000, 1_000) == late + later
    assert queue.draw(1_000, 1_000) == early
    assert not queue


def test_bulk_messages_are_fair_among_themselves():
    queue, one, other = TwoPriorities(quantum=20), make_caller("one"), make_caller("other")
    put(queue, one, [20] * 50, options=BULK)
    put(queue, other, [2] * 500, options=BULK)
    cost = Counter()
    for entry in queue.draw(400, 1_000):
        cost[entry.job.caller.name] += entry.cost
    assert cost == {"one": 200, "other": 200}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=60), st.integers(1, 8))
def test_bulk_messages_are_passed_over_only_so_often(rounds, messages):
    """However many come of either kind between draws: none is lost, and bulk ones wait no longer than they may."""
    queue, callers, passed, left = TwoPriorities(quantum=10), [make_caller(), make_caller()], 0, Counter()
    for interactive, bulk in [*rounds, *[(0, 0)] * 400]:
        for options, number in ((OPTIONS, interactive), (BULK, bulk)):
            if not number:
                continue
            put(queue, callers[number % 2], [4] * number, options=options)
            left[options.bulk] += number
        drawn = queue.draw(1_000, messages)
        if not drawn:
            continue
        kind, waited = is_bulk(drawn), left[True] > 0
        left[kind] -= len(drawn)
        passed = passed + 1 if waited and not kind else 0
        assert passed <= TwoPriorities.MOST_PASSED
    assert not any(left.values())
    assert not queue


def test_a_flood_of_interactive_messages_leaves_bulk_ones_one_batch_in_eight():
    queue, flood, quiet = TwoPriorities(quantum=10), make_caller(), make_caller()
    put(queue, quiet, [4] * 100, options=BULK)
    kinds = []
    for _ in range(32):
        put(queue, flood, [4] * 10)
        kinds.append(is_bulk(queue.draw(40, 10)))
    assert kinds == ([False] * 7 + [True]) * 4


def test_cancelled_messages_of_either_priority_are_forgotten():
    queue, caller = TwoPriorities(quantum=10), make_caller()
    for options in (OPTIONS, BULK):
        for entry in put(queue, caller, [4] * 100, options=options):
            answer(entry)
        queue.discard_cancelled(caller, 100, bulk=options.bulk)
        assert not queue
    kept = put(queue, caller, [4], options=BULK)
    for entry in put(queue, caller, [4] * 3):
        answer(entry)  # too few to be swept: passed over when they are drawn
    assert queue.draw(100, 10) == kept


def test_what_did_not_wait_has_no_claim_to_the_next_batch():
    queue, caller = TwoPriorities(quantum=10), make_caller()
    put(queue, caller, [4] * 20)
    for _ in range(10):
        assert not is_bulk(queue.draw(8, 1))
    put(queue, caller, [4], options=BULK)
    assert not is_bulk(queue.draw(8, 1))
