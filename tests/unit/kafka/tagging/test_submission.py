from __future__ import annotations

from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.tagging.tag_engine import Submission
from emotag_service.messages.untaggable import Fault


def test_what_no_engine_takes_is_answered_from_the_start():
    batch = Submission([Reading("hi"), Reading(""), Reading("ä"), Reading("x" * 11)], 10)
    assert batch.unanswered == [0, 2]
    assert batch.size == 4
    first, third = Fault("A", ""), Fault("B", "")
    batch.answer(2, third)
    batch.answer(0, first)
    assert [one.reason for one in batch.answers()] == ["A", "NO_TEXT", "B", "TEXT_TOO_LONG"]


def test_nothing_to_ask_about():
    batch = Submission([], 10)
    assert (batch.unanswered, batch.size, batch.answers()) == ([], 0, [])
