import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag.v1.message_pb2 import Message
from emotag_service.kafka.records.codecs import make_codec
from emotag_service.messages.untaggable import UntaggableError
from tests.unit.kafka.records.helpers import JOY, make_record, read, reason_of, written

CODEC = make_codec("auto")
JSON = b'{"text":"hi","n":1.0}'
A2A = b'{"messageId":"m","role":"user","parts":[{"text":"hi"}]}'
EVENT = b'{"specversion":"1.0","id":"e","source":"s","type":"t","data":{"text":"hi"}}'
PROTOBUF = Message(text="hi", id="m").SerializeToString()


def content_type(name):
    return (("content-type", name.encode()),)


@pytest.mark.parametrize(
    ("value", "headers", "codec"),
    [
        (JSON, (), "json"),
        (JSON, content_type("application/json"), "json"),
        (JSON, content_type("application/octet-stream"), "json"),
        (JSON.decode().encode("utf-16"), (), "json"),
        (A2A, (), "a2a"),
        (A2A, content_type("application/a2a+json"), "a2a"),
        (A2A, content_type("application/json"), "a2a"),
        (b'{"jsonrpc":"2.0","id":1,"result":%s}' % A2A, (), "a2a"),
        (EVENT, content_type("application/cloudevents+json"), "cloudevents"),
        (JSON, (("ce_specversion", b"1.0"),), "cloudevents"),
        (A2A, (("ce_specversion", b"1.0"), *content_type("application/json")), "cloudevents"),
        (b"hi", (), "text"),
        (JSON, content_type("text/plain"), "text"),
        (PROTOBUF, content_type("application/x-protobuf"), "protobuf"),
    ],
)
def test_it_does_what_the_codec_does_that_the_record_is_of(value, headers, codec):
    chosen = make_codec(codec)
    assert read(CODEC, value, *headers) == read(chosen, value, *headers)
    assert written(CODEC, value, *headers) == written(chosen, value, *headers)


@pytest.mark.parametrize("name", ["auto", "headers-only"])
def test_json_with_a_status_is_no_task_of_a2a(name):
    codec = make_codec(name, text_field="said.text", sender_field="by")
    value = b'{"id":"42","by":"ann","said":{"text":"I am furious"},"status":{"state":"delivered"}}'
    reading = read(codec, value)
    assert (reading.text, reading.id, reading.sender) == ("I am furious", "42", "ann")
    as_json = written(make_codec("json", text_field="said.text"), value)
    assert written(codec, value) == ((value, ()) if name == "headers-only" else as_json)
    assert reason_of(make_codec(name), value) == "NOTHING_SAID"


def test_one_codec_serves_records_of_all_kinds_between_reading_and_writing():
    values = [JSON, A2A, b"hi", b'{"text":"ho"}']
    records = [make_record(value) for value in values]
    readings = [CODEC.read(record) for record in records]
    results = [CODEC.write(record, reading, JOY)[0] for record, reading in zip(records, readings, strict=True)]
    assert "emotion" in json.loads(results[0])
    assert "metadata" in json.loads(results[1])
    assert results[2] == b"hi"
    assert json.loads(results[3])["text"] == "ho"


def test_the_fields_reach_the_codecs():
    codec = make_codec("auto", text_field="a.b", tag_field="a.tag")
    assert json.loads(written(codec, b'{"a":{"b":"hi"}}')[0])["a"]["tag"] == JOY.document()
    assert read(codec, b'{"a":{"b":"hi"}}', ("ce_specversion", b"1.0")).text == "hi"


@pytest.mark.parametrize(
    ("value", "headers", "reason"),
    [
        (b'{"text":"cut', (), "NOT_JSON"),
        (b"hello", content_type("application/json"), "NOT_JSON"),
        (b"{}", (), "NO_TEXT"),
        (b"{}", content_type("application/a2a+json"), "NOT_A2A"),
        (b"", (), "NO_TEXT"),
        (b"\xff\xfe\xfd", (), "WRONG_ENCODING"),
        (b"\x00\x00\x00\x00\x01", (), "NOT_TEXT"),
        (PROTOBUF, (), "NOT_TEXT"),
        (b"\xff", content_type("application/protobuf"), "NOT_PROTOBUF"),
        (b'{"text":"hi","emotion":1}', (), "TAG_TAKEN"),
        (b'{"messageId":"m","parts":[]}', (), "NOTHING_SAID"),
        (EVENT, content_type("application/cloudevents-batch+json"), "UNSUPPORTED_FORMAT"),
    ],
)
def test_what_cannot_be_tagged_is_a_fault(value, headers, reason):
    assert reason_of(CODEC, value, *headers) == reason


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            '{"text":',
            '"hi"',
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            '"parts"',
            '"role"',
            '"status"',
            '"message"',
            "1",
            "null",
            " ",
            "a",
        ]
    ),
    max_size=12,
).map("".join)


@given(FRAGMENTS.map(str.encode) | st.binary(max_size=40))
def test_no_bytes_raise_anything_but_a_fault_and_all_that_are_read_are_written(value):
    record = make_record(value)
    try:
        reading = CODEC.read(record)
    except UntaggableError as error:
        assert str(error.fault)  # noqa: PT017 - either outcome is right, any other exception is not
        return
    once, headers = CODEC.write(record, reading, JOY)
    assert headers == ()
    assert CODEC.read(make_record(once)).text == reading.text
