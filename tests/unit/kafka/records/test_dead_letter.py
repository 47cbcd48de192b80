from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.dead_letter import NAMES, DeadLetter, NotALetterError, bury
from emotag_service.kafka.records.record import Outgoing, Record
from emotag_service.messages.untaggable import Fault
from tests.unit.kafka.records.made import headers, make_record

AT = 1_700_000_000.5
FAULT = Fault("NOT_JSON", "the value does not parse at byte 3 — “ü”")


def as_read(letter: Outgoing, offset: int = 99) -> Record:
    return Record(letter.topic, 0, offset, letter.timestamp, letter.key, letter.value, letter.headers)


def test_it_says_where_it_came_from_and_why():
    letter = DeadLetter.read(as_read(bury(make_record(), "lost", FAULT, AT)))
    assert (letter.topic, letter.partition, letter.offset) == ("in", 2, 7)
    assert (letter.reason, letter.detail) == (FAULT.reason, FAULT.detail)
    assert letter.time == "2023-11-14T22:13:20.500+00:00"
    assert letter.record.offset == 99


def test_names_of_its_headers():
    letter = bury(make_record(headers=()), "lost", FAULT, AT)
    assert [name for name, _ in letter.headers] == [
        "emotion-dead-letter-topic", "emotion-dead-letter-partition", "emotion-dead-letter-offset",
        "emotion-dead-letter-reason", "emotion-dead-letter-detail", "emotion-dead-letter-time",
    ]  # fmt: skip


@given(st.none() | st.binary(max_size=20), st.none() | st.binary(max_size=20), headers, st.integers(0, 2**62))
def test_the_original_comes_back_whole(key, value, given_headers, timestamp):
    record = make_record(key=key, value=value, headers=given_headers, timestamp=timestamp)
    letter = DeadLetter.read(as_read(bury(record, "lost", FAULT, AT)))
    assert letter.original("in", 1) == Outgoing("in", 1, timestamp, key, value, given_headers)


@given(headers)
def test_even_from_a_dead_letter_of_a_dead_letter(given_headers):
    once = as_read(bury(make_record(headers=given_headers), "lost", FAULT, AT))
    twice = DeadLetter.read(as_read(bury(once, "lost.twice", FAULT, AT)))
    assert (twice.topic, twice.offset, twice.headers) == ("lost", 99, once.headers)


def test_words_that_utf_8_cannot_say_are_spelled():
    letter = DeadLetter.read(as_read(bury(make_record(), "lost", Fault("R", "bad \ud800"), AT)))
    assert letter.detail == "bad \\ud800"


@pytest.mark.parametrize(
    "headers", [(), (("emotion-dead-letter-topic", b"in"),), (*((name, b"1") for name in NAMES), ("x", b""))]
)
def test_a_record_of_somebody_else_is_none(headers):
    with pytest.raises(NotALetterError, match="its headers do not end with"):
        DeadLetter.read(make_record(headers=headers))


@pytest.mark.parametrize(("index", "name"), [(1, "partition"), (2, "offset")])
@pytest.mark.parametrize("content", [None, b"", b"-1", b"x", "٣".encode(), b"1" * 20, b"1" * 5000])
def test_numbers_are_numbers(index, name, content):
    broken = list(bury(make_record(headers=()), "lost", FAULT, AT).headers)
    broken[index] = (broken[index][0], content)
    with pytest.raises(NotALetterError, match=f"emotion-dead-letter-{name} is no number"):
        DeadLetter.read(make_record(headers=tuple(broken)))


@pytest.mark.parametrize(
    ("index", "content", "said"),
    [
        (0, None, "topic must be the name of a topic"),
        (0, b"t" * 40_000, "topic must be the name of a topic"),
        (0, b"a/b", "topic must be the name of a topic"),
        (3, b"R" * 40_000, "reason is no reason"),
        (3, b"A\nB", "reason is no reason"),
        (3, "BÖSE".encode(), "reason is no reason"),
    ],
)
def test_topics_and_reasons_are_such(index, content, said):
    broken = list(bury(make_record(headers=()), "lost", FAULT, AT).headers)
    broken[index] = (broken[index][0], content)
    with pytest.raises(NotALetterError, match=f"its header emotion-dead-letter-{said}"):
        DeadLetter.read(make_record(headers=tuple(broken)))


@pytest.mark.parametrize("reason", ["R" * 101, "A\nB", "BÖSE"])
def test_what_is_buried_can_be_read_back_whatever_its_reason(reason):
    buried = bury(make_record(), "lost", Fault(reason, "why"), AT)
    assert DeadLetter.read(as_read(buried)).reason == "UNKNOWN"
