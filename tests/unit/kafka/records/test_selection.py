from __future__ import annotations

import pytest

from emotag.v1.message_pb2 import Message
from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.policy import EVERYTHING, OTHER_SENDER, TAGGED_BEFORE, Selection
from tests.unit.kafka.records.helpers import sender_of
from tests.unit.kafka.records.made import make_record

EVENT = (("ce_specversion", b"1.0"), ("ce_source", b"ann"))
JSON = ("content-type", b"application/json")
PLAIN = ("content-type", b"text/plain")
STRUCTURED = ("content-type", b"application/cloudevents+json")
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


def test_some_is_known_before_a_record_is_read_and_of_a_sender_alone():
    assert Selection(only_untagged=True).why_unread(TAGGED) == TAGGED_BEFORE
    assert Selection(only_untagged=True).why_unread(make_record()) == EVERYTHING.why_unread(TAGGED) == ""
    assert Selection(senders=frozenset({"ann"})).why_not_by("bob") == OTHER_SENDER
    assert Selection(senders=frozenset({"ann"})).why_not_by("ann") == EVERYTHING.why_not_by("bob") == ""


@pytest.mark.parametrize(
    ("codec", "value", "headers"),
    [
        ("json", b'{"sender":"ann"}', ()),
        ("json", b'{"sender":"ann","text":5}', ()),
        ("json", b'{"sender":"ann","text":"\\ud800"}', ()),
        ("json", b'{"sender":"ann","text":"hi","emotion":"mine"}', ()),
        ("auto", b'{"sender":"ann","text":"hi","emotion":"mine"}', ()),
        ("headers-only", b'{"sender":"ann","text":""}', ()),
        ("a2a", b'{"role":"ann","parts":[{"text":5}]}', ()),
        ("a2a", b'{"role":"ann","parts":[{"text":"hi"}],"metadata":5}', ()),
        ("protobuf", Message(sender="ann").SerializeToString(), ()),
        ("cloudevents", b'{"sender":"ann"}', (("ce_specversion", b"1.0"), ("ce_source", b"bob"), JSON)),
        ("cloudevents", b"{}", (*EVENT, JSON)),
        ("cloudevents", b"\xff", (*EVENT, PLAIN)),
        ("cloudevents", b"hi", (*EVENT, PLAIN, ("ce_emotion", b"mine"))),
        ("cloudevents", b'{"specversion":"1.0","source":"bob","data":{"sender":"ann"}}', (STRUCTURED,)),
        ("cloudevents", b'{"specversion":"1.0","source":"ann","data":{"text":5}}', (STRUCTURED,)),
        ("cloudevents", b'{"specversion":"1.0","source":"ann","data":""}', (STRUCTURED,)),
        ("cloudevents", b'{"specversion":"1.0","source":"ann","data":"hi","emotion":"mine"}', (STRUCTURED,)),
    ],
)
def test_a_fault_of_the_text_or_of_the_tags_place_says_whose_it_is(codec, value, headers):
    assert sender_of(make_codec(codec), value, *headers) == "ann"


@pytest.mark.parametrize(
    ("codec", "value", "headers", "sender"),
    [
        ("json", b'{"text":""}', (), ""),
        ("json", b'{"sender":"ann","text":', (), None),
        ("a2a", b'{"sender":"ann"}', (), None),
        ("protobuf", b"\xff", (), None),
        ("text", b"", (), ""),
        ("auto", b"\xff", (), ""),
        ("cloudevents", b"{", (*EVENT, JSON), None),
        ("cloudevents", b'{"source":"ann"}', (STRUCTURED,), None),
        ("cloudevents", b'{"specversion":"1.0","source":"ann","data_base64":5}', (STRUCTURED,), None),
    ],
)
def test_where_nobody_is_named_or_nothing_could_be_read_it_says_so(codec, value, headers, sender):
    assert sender_of(make_codec(codec), value, *headers) == sender
