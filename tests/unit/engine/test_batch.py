from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.batch import Batch
from tests.unit.engine.helpers import make_entries


def test_the_first_failure_sends_the_whole_batch_elsewhere():
    batch = Batch(make_entries([1, 2, 3]))
    (again,) = batch.again(ValueError(), "cpu:0")
    assert again.entries == batch.entries
    assert (again.failures, again.avoid, again.bisecting) == (1, "cpu:0", False)


def test_the_second_failure_cuts_it_in_halves():
    batch = Batch(make_entries([1, 2, 3]), failures=1, avoid="cpu:0")
    again = batch.again(ValueError(), "cpu:1")
    assert [part.entries for part in again] == [batch.entries[:1], batch.entries[1:]]
    assert all(part.bisecting and part.avoid == "cpu:1" and part.failures == 2 for part in again)


def test_a_message_alone_gets_its_second_chance_and_no_third():
    batch = Batch(make_entries([4]))
    (again,) = batch.again(ValueError(), "cpu:0")
    assert again.again(ValueError(), "cpu:1") == []


def test_running_out_of_memory_halves_at_once_and_blames_no_replica():
    again = Batch(make_entries([1, 1, 1, 1])).again(MemoryError(), "cuda:0")
    assert [len(part.entries) for part in again] == [2, 2]
    assert all(part.failures == 0 and part.avoid == "" and not part.bisecting for part in again)


def test_a_message_too_large_by_itself_counts_as_a_failure():
    (again,) = Batch(make_entries([1])).again(MemoryError(), "cuda:0")
    assert again.failures == 1
    assert again.again(MemoryError(), "cuda:1") == []


@settings(deadline=None)
@given(count=st.integers(1, 300), poison=st.data())
def test_only_the_poison_is_left_alone_and_in_few_steps(count, poison):
    entries = make_entries([1] * count)
    bad = entries[poison.draw(st.integers(0, count - 1))]
    work, lost, tagged, failures = [Batch(entries)], [], [], 0
    while work:
        batch = work.pop()
        if bad not in batch.entries:
            tagged += batch.entries
            continue
        failures += 1
        again = batch.again(ValueError(), "cpu:0")
        work += again
        lost += [] if again else batch.entries
    assert lost == [bad]
    assert len(tagged) == count - 1
    assert failures <= 2 + count.bit_length()
