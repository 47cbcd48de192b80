from __future__ import annotations

import pytest

from emotag_service.engine.counters import Counters
from emotag_service.engine.errors import MessageError, QueueFullError
from emotag_service.engine.room import Amount


def subclasses(kind):
    return {kind, *(each for direct in kind.__subclasses__() for each in subclasses(direct))}


@pytest.mark.parametrize("kind", sorted(subclasses(MessageError) - {MessageError}, key=lambda kind: kind.__name__))
def test_every_error_a_message_can_get_is_counted(kind):
    counters = Counters()
    error = kind.__new__(kind)
    counters.count_error(error)
    stats = counters.stats(Amount(), {})
    assert stats.refused + stats.invalid + stats.expired + stats.cancelled + stats.failed == 1


def test_batches_are_counted_with_their_tokens():
    counters = Counters()
    counters.count_batch(2, 4, 0.5)
    counters.count_batch(1, 4, 0.5)
    stats = counters.stats(Amount(7, 70), {"a": "serving", "b": "building"})
    assert (stats.batches, stats.tokens) == (2, 8)
    assert (stats.held, stats.held_bytes) == (7, 70)
    assert stats.messages_per_second == pytest.approx(4 + 0.1 * (2 - 4))


def test_before_the_first_batch_there_is_no_rate():
    stats = Counters().stats(Amount(), {})
    assert stats.messages_per_second == 0.0


def test_the_retry_hint_follows_throughput_within_reason():
    counters = Counters()
    assert counters.retry_after(1_000, 1) == 1.0
    counters.count_batch(100, 100, 0.1)  # 1,000 per second
    assert counters.retry_after(4_000, 1) == pytest.approx(1.0)
    assert counters.retry_after(4_000, 2) == pytest.approx(0.5)
    assert counters.retry_after(1, 1) == 0.01
    assert counters.retry_after(10**9, 0) == 10.0


def test_a_batch_that_took_no_time_does_not_divide_by_zero():
    counters = Counters()
    counters.count_batch(1, 1, 0.0)
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
