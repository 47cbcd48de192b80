from __future__ import annotations

import pytest

from emotag_service.kafka.errors import StopPolicyError
from emotag_service.kafka.records.dead_letter import DeadLetter
from emotag_service.kafka.records.policy import Policy, Untaggables
from emotag_service.kafka.records.record import Outgoing, Record
from emotag_service.kafka.records.routes import Routes
from emotag_service.messages.untaggable import Fault
from tests.unit.kafka.records.made import make_record

FAULT = Fault("NO_TEXT", "there is nothing at text")


def untaggable(policy: str):
    return Untaggables(Policy(policy), Routes(output="out"), lambda: 0.0)


def test_a_dead_letter_is_the_record_with_its_story():
    record = make_record()
    letter = untaggable("dead-letter")(record, FAULT)
    assert (letter.topic, letter.partition, letter.timestamp) == ("in.dead-letters", 2, record.timestamp)
    assert (letter.key, letter.value, letter.headers[:3]) == (record.key, record.value, record.headers)
    assert letter.dead == "NO_TEXT"
    read = DeadLetter.read(Record("in.dead-letters", 2, 0, 0, letter.key, letter.value, letter.headers))
    assert (read.topic, read.offset, read.time) == ("in", 7, "1970-01-01T00:00:00.000+00:00")


def test_a_record_that_passes_says_that_it_failed():
    record = make_record()
    assert untaggable("pass-through")(record, FAULT) == Outgoing(
        "out", 2, record.timestamp, record.key, record.value,
        (*record.headers, ("emotion-status", b"FAILED"), ("emotion-reason", b"NO_TEXT")),
    )  # fmt: skip


def test_stopping_says_where_why_and_what_to_do():
    with pytest.raises(StopPolicyError) as caught:
        untaggable("stop")(make_record(), FAULT)
    assert caught.value.exit_code == 3
    for part in ("in/2 offset 7", "NO_TEXT: there is nothing at text", "not committed", "--on-untaggable"):
        assert part in str(caught.value)
    assert "thank you" not in str(caught.value)


def test_no_other_policy():
    with pytest.raises(ValueError, match="ignore"):
        Policy("ignore")
