import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.content import Kind, kind_of, read_content, read_root, read_text
from emotag_service.kafka.records.paths import make_fields
from emotag_service.messages.content_type import ABSENT, ContentType
from emotag_service.messages.untaggable import UntaggableError
from tests.unit.kafka.records.helpers import ENCODINGS, MARKS

FIELDS = make_fields("text", "id", "conversation_id", "sender")
A2A = b'{"role":"user","parts":[{"text":"hi"}]}'


def reason_of(value, media=ABSENT):
    with pytest.raises(UntaggableError) as caught:
        read_content(value, media, FIELDS)
    return caught.value.fault.reason


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b'{"text":"hi"}', Kind.JSON),
        (b' \r\n\t{"text":"hi"}', Kind.JSON),
        (b"{}", Kind.JSON),
        (b"[1, 2]", Kind.JSON),
        (b" []", Kind.JSON),
        (A2A, Kind.A2A),
        (b"[laughs] well", Kind.TEXT),
        (b"[]!", Kind.TEXT),
        (b"hello", Kind.TEXT),
        (b'"quoted"', Kind.TEXT),
        (b"42", Kind.TEXT),
        (b"true", Kind.TEXT),
        (b"null", Kind.TEXT),
        (b"", Kind.TEXT),
        ("größer".encode(), Kind.TEXT),
        (b"\xff", Kind.TEXT),
        (b"a\0b\0c", Kind.TEXT),
    ],
)
def test_a_value_is_told_by_its_looks(value, kind):
    found, document = kind_of(value, ABSENT, FIELDS)
    assert found is kind
    assert (document is not None) == (kind in {Kind.JSON, Kind.A2A})


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("application/json", b"[1]", Kind.JSON),
        ("application/json", b'"quoted"', Kind.JSON),
        ("application/json", A2A, Kind.A2A),
        ("application/vnd.chat+json", b"{}", Kind.JSON),
        ("application/a2a+json", b"{}", Kind.A2A),
        ("text/plain", b'{"text":"hi"}', Kind.TEXT),
        ("text/plain", b"{", Kind.TEXT),
        ("application/x-protobuf", b"{", Kind.PROTOBUF),
        ("application/octet-stream", b"{}", Kind.JSON),
        ("application/octet-stream", b"hello", Kind.TEXT),
    ],
)
def test_a_content_type_counts_for_more_than_looks(name, value, kind):
    assert kind_of(value, ContentType(name), FIELDS)[0] is kind


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("marked", [False, True])
def test_json_is_told_in_any_encoding(encoding, marked):
    mark = MARKS[encoding] if marked else b""
    assert kind_of(mark + ' {"text":"hi"}'.encode(encoding), ABSENT, FIELDS)[0] is Kind.JSON
    assert kind_of(mark + ' ["hi"]'.encode(encoding), ABSENT, FIELDS)[0] is Kind.JSON


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b'{"text":"cut off', "NOT_JSON"),
        (b"  {laughs}", "NOT_JSON"),
        (b"[" * 50_000, "TOO_DEEP"),
        (b'{"a":' * 50_000, "TOO_DEEP"),
        (b'{"text":"\xff"}', "WRONG_ENCODING"),
        (b"caf\xe9", "WRONG_ENCODING"),
        (b"", "NO_TEXT"),
        (b"[]", "NO_TEXT"),
        (b"\x00\x00\x00\x00\x07\x0ahello", "NOT_TEXT"),
        (b"\x0a\x02m1\x12\x05hello", "NOT_TEXT"),
        (b"bell\x07", "NOT_TEXT"),
    ],
)
def test_what_is_nothing_that_it_looks_like_is_a_fault(value, reason):
    assert reason_of(value) == reason


def test_text_that_a_content_type_vouches_for_may_hold_anything():
    assert read_text(b"bell\x07", ContentType("text/plain")).text == "bell\x07"
    assert read_text(b"\x1b[31mred\x1b[0m\ttab\r\n", ABSENT).text.startswith("\x1b[31m")


def test_readings_have_no_place_yet():
    for value in (b'{"text":"hi"}', A2A, b"hi"):
        reading = read_content(value, ABSENT, FIELDS)
        assert (reading.text, reading.place) == ("hi", None)
    assert read_content(b"\x12\x02hi", ContentType("application/protobuf"), FIELDS).text == "hi"


def test_a_part_of_a_document_is_read_as_what_it_is():
    assert read_root({"text": "hi"}, FIELDS).text == "hi"
    assert read_root({"role": "user", "parts": [{"text": "ho"}]}, FIELDS).text == "ho"


@pytest.mark.parametrize(
    "root",
    [
        {"status": {"state": "delivered"}},
        {"status": {"state": 5}, "history": "none", "artifacts": None, "kind": []},
        {"task": {"id": "t", "status": {"state": "open"}}},
    ],
)
def test_the_outline_of_a_task_is_no_a2a_where_the_text_is(root):
    said = {"id": "42", "text": "I am furious", **root}
    assert kind_of(json.dumps(said).encode(), ABSENT, FIELDS)[0] is Kind.JSON
    assert read_content(json.dumps(said).encode(), ContentType("application/json"), FIELDS).text == "I am furious"
    assert read_root(said, FIELDS).text == "I am furious"
    for text in ({}, {"text": ""}, {"text": 5}):
        assert kind_of(json.dumps({"id": "42", **root, **text}).encode(), ABSENT, FIELDS)[0] is Kind.A2A


@pytest.mark.parametrize(
    "root",
    [
        {"status": {"state": "TASK_STATE_WORKING"}},
        {"status": {"state": "input-required"}},
        {"status": {"state": "x"}, "kind": "task"},
        {"status": {"state": "x"}, "contextId": "c"},
        {"status": {"state": "x"}, "artifacts": []},
        {"status": {"state": "x"}, "history": []},
        {"status": {"state": "x", "message": {"role": "user", "parts": []}}},
        {"statusUpdate": {"taskId": "t", "status": {"state": "TASK_STATE_WORKING"}}},
        {"jsonrpc": "2.0", "result": {"id": "t", "status": {"state": "x"}}},
        {"role": "user", "parts": []},
    ],
)
def test_what_has_more_of_a2a_is_that_wherever_else_a_text_is(root):
    assert kind_of(json.dumps({"id": "t", "text": "no", **root}).encode(), ABSENT, FIELDS)[0] is Kind.A2A


def test_a_content_type_says_that_the_outline_of_a_task_is_one():
    value = b'{"id":"t","text":"no","status":{"state":"x"}}'
    assert reason_of(value, ContentType("application/a2a+json")) == "NOTHING_SAID"


@given(st.binary(max_size=60), st.sampled_from(["", "application/json", "text/plain", "application/protobuf", "x/y"]))
def test_no_bytes_raise_anything_but_a_fault(value, name):
    try:
        assert read_content(value, ContentType(name), FIELDS).text
    except UntaggableError as error:
        assert error.fault.reason.isupper()  # noqa: PT017 - either outcome is right, any other exception is not
