from __future__ import annotations

from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.records.policy import EVERYTHING, OTHER_SENDER, TAGGED_BEFORE, Selection
from tests.unit.kafka.records.made import make_record

TAGGED = make_record(headers=(("emotion-label", b"joy"),))


def test_everything_is_tagged_again_unless_told_otherwise():
    assert EVERYTHING.why_not(TAGGED, Reading("hi", tagged=True)) == ""


def test_only_some_senders():
    selection = Selection(senders=frozenset({"ann", ""}))
    assert selection.why_not(make_record(), Reading("hi", sender="ann")) == ""
    assert selection.why_not(make_record(), Reading("hi")) == ""
    assert selection.why_not(make_record(), Reading("hi", sender="Ann")) == OTHER_SENDER


def test_only_what_has_no_tag_where_the_codec_puts_it_nor_in_its_headers():
    selection = Selection(only_untagged=True)
    assert selection.why_not(make_record(), Reading("hi")) == ""
    assert selection.why_not(make_record(), Reading("hi", tagged=True)) == TAGGED_BEFORE
    assert selection.why_not(TAGGED, Reading("hi")) == TAGGED_BEFORE


def test_a_failure_of_before_is_no_tag():
    failed = make_record(headers=(("emotion-status", b"FAILED"), ("emotion-reason", b"NO_TEXT")))
    assert Selection(only_untagged=True).why_not(failed, Reading("hi")) == ""
