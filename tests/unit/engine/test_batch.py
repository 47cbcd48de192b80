from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.batch import Batch, cut
from emotag_service.engine.limits import EngineLimits
from tests.unit.engine.helpers import make_entries, make_entry

LIMITS = EngineLimits(batch_tokens=100, batch_messages=10, max_tokens=100)


def lengths_of(batches):
    return [[len(entry.ids) for entry in batch.entries] for batch in batches]


def test_nothing_makes_no_batch():
    assert cut([], LIMITS) == []


def test_few_messages_share_a_batch_whatever_their_lengths():
    assert lengths_of(cut(make_entries([9, 1, 20]), LIMITS)) == [[1, 9, 20]]


def test_the_budget_counts_padding():
    batches = cut(make_entries([30, 30, 30, 30]), LIMITS)
    assert lengths_of(batches) == [[30, 30, 30], [30]]


def test_neighbours_in_length_go_together():
    batches = cut(make_entries([40, 5, 40, 5, 5, 5, 5, 5]), LIMITS)
    assert sorted(map(tuple, lengths_of(batches))) == [(5, 5, 5, 5, 5, 5), (40, 40)]


def test_the_count_of_messages_is_bounded():
    assert [len(batch.entries) for batch in cut(make_entries([1] * 25), LIMITS)] == [10, 10, 5]


def test_the_most_urgent_batch_comes_first():
    short, long = make_entries([5] * 10), make_entries([50], deadline=7.0)
    first, second = cut([*short, *long], LIMITS)
    assert first.entries == long
    assert second.entries == short


def test_without_deadlines_the_oldest_comes_first():
    job = make_entries([50])[0].job
    old = make_entry(job, 0, 50, admitted=1.0)
    young = [make_entry(job, 0, 5, admitted=2.0) for _ in range(10)]
    assert cut([*young, old], LIMITS)[0].entries == [old]


def test_width_is_the_longest_message():
    assert Batch(make_entries([3, 7, 2])).width() == 7


@settings(deadline=None)
@given(lengths=st.lists(st.integers(1, 100), max_size=200))
def test_bounds_hold_and_nothing_is_lost_or_doubled(lengths):
    entries = make_entries(lengths)
    batches = cut(entries, LIMITS)
    for batch in batches:
        assert 1 <= len(batch.entries) <= LIMITS.batch_messages
        assert batch.width() * len(batch.entries) <= LIMITS.batch_tokens
    assert sorted(id(entry) for batch in batches for entry in batch.entries) == sorted(map(id, entries))


@settings(deadline=None)
@given(lengths=st.lists(st.integers(1, 100), min_size=1, max_size=200))
def test_padding_beyond_a_quarter_is_only_in_batches_not_worth_splitting(lengths):
    for batch in cut(make_entries(lengths), LIMITS):
        padded = batch.width() * len(batch.entries)
        before_last = sum(len(entry.ids) for entry in batch.entries[:-1])
        real = before_last + len(batch.entries[-1].ids)
        assert padded - real <= 0.25 * padded or before_last < 25
