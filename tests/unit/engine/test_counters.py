from __future__ import annotations

import pytest

from emotag_service.engine.batch import Batch
from emotag_service.engine.counters import Counters
from emotag_service.engine.errors import CancelledMessageError, MessageError, QueueFullError
from emotag_service.engine.room import Amount
from emotag_service.engine.tag import Tag
from emotag_service.testing import plain_taxonomies
from tests.unit.engine.helpers import make_caller, make_entries, make_entry, make_job


def batch(messages):
    return Batch(make_entries([5] * messages))


def subclasses(kind):
    return {kind, *(each for direct in kind.__subclasses__() for each in subclasses(direct))}


@pytest.mark.parametrize("kind", sorted(subclasses(MessageError) - {MessageError}, key=lambda kind: kind.__name__))
def test_every_error_a_message_can_get_is_counted(kind):
    counters = Counters()
    error = kind.__new__(kind)
    counters.count_error(error)
    stats = counters.stats(Amount(), {}, {})
    assert stats.refused + stats.invalid + stats.expired + stats.cancelled + stats.failed == 1
    assert {reason: count for reason, count in stats.reasons.items() if count} == {kind.reason: 1}


def test_batches_are_counted_with_their_tokens():
    counters = Counters()
    counters.count_batch(batch(2), 4, 0.5)
    counters.count_batch(batch(1), 4, 0.5)
    stats = counters.stats(Amount(7, 70), {"a": "serving", "b": "building"}, {"a": 1.5, "b": 0.0})
    assert stats.busy_seconds == {"a": 1.5, "b": 0.0}
    assert (stats.batches, stats.tokens) == (2, 8)
    assert (stats.held, stats.held_bytes) == (7, 70)
    assert stats.messages_per_second == pytest.approx(4 + 0.1 * (2 - 4))


def test_before_the_first_batch_there_is_no_rate():
    stats = Counters().stats(Amount(), {}, {})
    assert stats.messages_per_second == 0.0


def test_the_retry_hint_follows_throughput_within_reason():
    counters = Counters()
    assert counters.retry_after(1_000, 1) == 1.0
    counters.count_batch(batch(100), 100, 0.1)  # 1,000 per second
    assert counters.retry_after(4_000, 1) == pytest.approx(1.0)
    assert counters.retry_after(4_000, 2) == pytest.approx(0.5)
    assert counters.retry_after(1, 1) == 0.01
    assert counters.retry_after(10**9, 0) == 10.0


def test_a_batch_that_took_no_time_does_not_divide_by_zero():
    counters = Counters()
    counters.count_batch(batch(1), 1, 0.0)
    assert counters.rate == 0.0


def test_an_error_of_a_kind_not_known_yet_is_counted_all_the_same():
    class NewError(MessageError):
        pass

    class FullerError(QueueFullError):
        pass

    counters = Counters()
    counters.count_error(NewError())
    counters.count_error(FullerError("full", 1.0))
    assert (counters.errors["failed"], counters.errors["refused"]) == (1, 1)


def test_tags_are_counted_by_taxonomy_and_label_and_what_was_never_given_is_zero():
    counters = Counters()
    counters.expect(plain_taxonomies())
    entries = make_entries([1, 1, 1, 1])
    joy, unsure = Tag("a", label="joy"), Tag("b", label="joy", uncertain=True)
    tags = [joy, unsure, joy, Tag("c", error=CancelledMessageError())]
    counters.count_answers(list(zip(entries, tags, strict=True)))
    stats = counters.stats(Amount(), {}, {})
    assert stats.tags.keys() == {taxonomy.name for taxonomy in plain_taxonomies()}
    assert {label for label, count in stats.tags["fine"].items() if count} == {"joy"}
    assert stats.tags["fine"]["joy"] == stats.tagged == 3
    assert (stats.uncertain, stats.cancelled) == (1, 1)
    assert set(stats.tags["fine"]) == set(plain_taxonomies()[0].labels)


def test_a_reason_that_never_occurred_is_zero():
    reasons = Counters().stats(Amount(), {}, {}).reasons
    assert (reasons["QUEUE_FULL"], reasons["COMPUTE_FAILED"]) == (0, 0)


def test_waits_sizes_and_compute_times_fall_into_buckets():
    counters, job = Counters(), make_job(make_caller(), [])
    entries = [make_entry(job, place, 40, admitted=admitted) for place, admitted in enumerate([1.0, 1.0, 0.9985])]
    counters.count_batch(Batch(entries, taken=1.0002), 9, 0.003)
    stats = counters.stats(Amount(), {}, {})
    assert filled(stats.queue_seconds) == {250e-6: 2, 2.5e-3: 1}
    assert stats.queue_seconds.total == pytest.approx(0.0021)
    assert filled(stats.compute_seconds) == {5e-3: 1}
    assert filled(stats.batch_messages) == {4: 1}
    assert filled(stats.batch_bytes) == {256: 1}


def test_a_snapshot_stays_as_it_is():
    counters = Counters()
    counters.expect(plain_taxonomies())
    stats = counters.stats(Amount(), {}, {})
    counters.count_batch(batch(1), 1, 0.1)
    counters.count_answers([(make_entries([1])[0], Tag("a", label="joy"))])
    assert filled(stats.batch_messages) == {}
    assert stats.tags["fine"]["joy"] == 0


def filled(histogram):
    return {bound: count for bound, count in zip(histogram.bounds, histogram.counts, strict=False) if count}
