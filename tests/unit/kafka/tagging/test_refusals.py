from __future__ import annotations

import pytest

from emotag_service.kafka.cluster.producers import RefusedError
from emotag_service.kafka.errors import StopPolicyError
from emotag_service.kafka.records.record import Outgoing, Written
from emotag_service.kafka.tagging.transaction import Refusals
from tests.unit.kafka.tagging.fakes import SOURCE


def written(*offsets):
    return [Written(offset, Outgoing("out", 0, 0, None, b"v")) for offset in offsets]


def test_records_of_a_refused_write_are_suspects():
    refusals = Refusals(SOURCE)
    assert not refusals.suspects(written(1, 2, 3))
    refusals.note(RefusedError([[2, 3]], "MessageSizeTooLargeError"))
    assert refusals.suspects(written(1, 2))
    assert not refusals.suspects(written(1, 4))
    assert refusals.fault(2) is None


def test_one_that_is_refused_alone_is_at_fault():
    refusals = Refusals(SOURCE)
    refusals.note(RefusedError([[5]], "MessageSizeTooLargeError"))
    assert refusals.fault(5).reason == "REFUSED_BY_TOPIC"
    assert "MessageSizeTooLargeError" in refusals.fault(5).detail


def test_when_its_stand_in_is_refused_too_nothing_is_lost():
    refusals = Refusals(SOURCE)
    refusals.note(RefusedError([[5]], "A"))
    with pytest.raises(StopPolicyError, match=r"in/0@5 .* max.message.bytes"):
        refusals.note(RefusedError([[5]], "B"))


def test_the_advice_is_that_of_the_error():
    refusals = Refusals(SOURCE)
    refusals.note(RefusedError([[5]], "InvalidRecordError"))
    with pytest.raises(StopPolicyError, match=r"take compact out of its cleanup.policy"):
        refusals.note(RefusedError([[5]], "InvalidRecordError"))


@pytest.mark.parametrize("first", ["InvalidTimestampError", "MessageSizeTooLargeError"])
def test_one_that_is_refused_for_its_time_may_go_with_another(first):
    refusals = Refusals(SOURCE)
    refusals.note(RefusedError([[5]], first))
    if first != "InvalidTimestampError":  # its letter, which has the record's time
        refusals.note(RefusedError([[5]], "InvalidTimestampError"))
    assert refusals.fault(5).reason == "TIMESTAMP_REFUSED"
    with pytest.raises(StopPolicyError, match=r"raise its message.timestamp.before.max.ms"):
        refusals.note(RefusedError([[5]], "InvalidTimestampError"))


def test_a_transaction_ends_behind_the_last_fault_and_then_behind_the_last_suspect():
    refusals = Refusals(SOURCE)
    assert refusals.end is None
    refusals.note(RefusedError([[2, 3, 4, 5]], "A"))
    assert refusals.end == 6
    refusals.note(RefusedError([[2], [3]], "A"))
    assert refusals.end == 4
    refusals.passed(4)
    assert refusals.end == 6
    refusals.passed(6)
    assert refusals.end is None


def test_what_lies_behind_is_forgotten():
    refusals = Refusals(SOURCE)
    refusals.note(RefusedError([[5], [7, 8]], "A"))
    refusals.passed(8)
    assert refusals.fault(5) is None
    assert not refusals.suspects(written(7))
    assert refusals.suspects(written(8))
