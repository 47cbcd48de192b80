import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag.v1.message_pb2 import Message
from emotag_service.kafka.records.codecs import make_codec
from tests.unit.kafka.records.helpers import (
    ENCODINGS,
    FEAR,
    JOY,
    TREES,
    detail_of,
    exactly,
    inserted,
    pairs_of,
    read,
    reason_of,
    spelled,
    tagged,
    written,
)

CODEC = make_codec("cloudevents")
STRUCTURED = ("content-type", b"application/cloudevents+json; charset=UTF-8")
BINARY = (("ce_specversion", b"1.0"), ("ce_id", b"e1"), ("ce_source", b"/agents/planner"), ("ce_type", b"said"))
JSON = ("content-type", b"application/json")
TAG = (("ce_emotion", b"joy"), ("ce_emotionscore", b"0.912346"))
ENVELOPE = '"specversion":"1.0","id":"e1","source":"/agents/planner","type":"said"'


def event(rest):
    return f"{{{ENVELOPE},{rest}}}".encode()


def packed(data):
    return f'"data_base64":"{base64.b64encode(data).decode()}"'


def test_a_structured_event_is_tagged_by_two_attributes():
    value = event('"data":{"text":"hi","n":1.0}')
    assert tagged(CODEC, value, STRUCTURED) == value[:-1] + b',"emotion":"joy","emotionscore":"0.912346"}'


def test_a_structured_event_that_was_tagged_before_is_known_and_its_tag_replaced():
    value = event('"data":"hi"')
    once = tagged(CODEC, value, STRUCTURED, tag=FEAR)
    assert not read(CODEC, value, STRUCTURED).tagged
    assert read(CODEC, once, STRUCTURED).tagged
    assert tagged(CODEC, once, STRUCTURED, tag=FEAR) == once
    assert tagged(CODEC, once, STRUCTURED) == tagged(CODEC, value, STRUCTURED)


def test_attributes_are_replaced_where_they_stand():
    value = event('"emotionscore" : "0.1", "data":"hi" , "emotion":"fear"')
    assert tagged(CODEC, value, STRUCTURED) == event('"emotionscore" : "0.912346", "data":"hi" , "emotion":"joy"')
    value = event('"emotion":null,"data":"hi"')
    assert tagged(CODEC, value, STRUCTURED) == event('"emotion":"joy","data":"hi","emotionscore":"0.912346"')


def test_a_binary_event_is_tagged_in_its_headers_and_its_data_stays():
    value = b'{"text":"hi" , "n":1e400}'
    headers = (*BINARY, ("x", None), JSON, ("x", b"\xff"))
    assert written(CODEC, value, *headers) == (value, (*headers, *TAG))


def test_a_binary_event_that_was_tagged_before_is_known_and_its_tag_replaced():
    _, headers = written(CODEC, b'{"text":"hi"}', *BINARY, JSON, tag=FEAR)
    assert not read(CODEC, b'{"text":"hi"}', *BINARY, JSON).tagged
    assert read(CODEC, b'{"text":"hi"}', *headers).tagged
    assert written(CODEC, b'{"text":"hi"}', *headers)[1] == (*BINARY, JSON, *TAG)
    assert written(CODEC, b'{"text":"hi"}', *headers, tag=FEAR)[1] == headers


def test_the_content_type_tells_the_mode_and_not_the_headers():
    value = event('"data":"hi"')
    out, headers = written(CODEC, value, *BINARY, STRUCTURED)
    assert inserted(value, out)
    assert headers == (*BINARY, STRUCTURED)
    value = b'{"specversion":"1.0","text":"hi"}'
    assert written(CODEC, value, *BINARY, JSON) == (value, (*BINARY, JSON, *TAG))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ('"data":{"text":"hi"}', "hi"),
        ('"data":"hi"', "hi"),
        ('"data":{"messageId":"m","role":"user","parts":[{"text":"a"},{"text":"b"}]}', "a\nb"),
        (packed(b'{"text":"hi"}'), "hi"),
        ('"datacontenttype":"text/plain",' + packed(b'{"text"'), '{"text"'),
        ('"datacontenttype":"application/protobuf",' + packed(Message(text="hi").SerializeToString()), "hi"),
        ('"data_base64":"AAAA","data":"hi"', "hi"),
    ],
)
def test_the_text_of_a_structured_event(data, text):
    assert read(CODEC, event(data), STRUCTURED).text == text


@pytest.mark.parametrize(
    ("value", "content_type", "text"),
    [
        (b'{"text":"hi"}', b"application/json", "hi"),
        (b'{"text":"hi"}', None, "hi"),
        (b'{"role":"user","parts":[{"text":"a"}]}', b"application/a2a+json", "a"),
        (b'{"role":"user","parts":[{"text":"a"}]}', None, "a"),
        (b"just said", None, "just said"),
        (b'{"text":"hi"}', b"text/plain", '{"text":"hi"}'),
        ("é".encode("latin-1"), b"text/plain; charset=iso-8859-1", "é"),
        (Message(text="hi").SerializeToString(), b"application/x-protobuf", "hi"),
    ],
)
def test_the_text_of_a_binary_event(value, content_type, text):
    assert read(CODEC, value, *BINARY, ("Content-Type", content_type)).text == text


def test_names_come_from_the_data_and_else_from_the_event():
    data = '"data":{"text":"hi","id":"m1","sender":"critic","conversation_id":"c1"}'
    for reading in (read(CODEC, event(data), STRUCTURED), read(CODEC, event(data)[len(ENVELOPE) + 9 : -1], *BINARY)):
        assert (reading.id, reading.sender, reading.conversation_id) == ("m1", "critic", "c1")
    for reading in (read(CODEC, event('"data":"hi"'), STRUCTURED), read(CODEC, b"hi", *BINARY)):
        assert (reading.id, reading.sender, reading.conversation_id) == ("e1", "/agents/planner", "")


def test_the_text_field_applies_to_the_data():
    codec = make_codec("cloudevents", text_field="said.text")
    assert read(codec, event('"data":{"said":{"text":"hi"}}'), STRUCTURED).text == "hi"
    assert read(codec, b'{"said":{"text":"hi"}}', *BINARY).text == "hi"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_envelope_is_edited_in_its_encoding(encoding):
    text = event('"data":"schön 😀"').decode()
    value = tagged(CODEC, text.encode(encoding), STRUCTURED)
    assert value.decode(encoding) == text[:-1] + ',"emotion":"joy","emotionscore":"0.912346"}'


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"hello", "NOT_JSON"),
        (b"[]", "NOT_CLOUDEVENT"),
        (b'{"data":"hi"}', "NOT_CLOUDEVENT"),
        (event('"x":1'), "NOTHING_SAID"),
        (event('"data":null'), "NOTHING_SAID"),
        (event('"data":{}'), "NO_TEXT"),
        (event('"data":""'), "NO_TEXT"),
        (event('"data":5'), "NO_TEXT"),
        (event('"data":{"text":5}'), "TEXT_NOT_STRING"),
        (event('"data_base64":"%%%"'), "WRONG_ENCODING"),
        (event('"data_base64":"ü"'), "WRONG_ENCODING"),
        (event('"data_base64":7'), "TEXT_NOT_STRING"),
        (event('"data":"hi","emotion":"mine"'), "TAG_TAKEN"),
        (event('"data":"hi","emotionscore":"9"'), "TAG_TAKEN"),
    ],
)
def test_what_cannot_be_tagged_of_structured_events(value, reason):
    assert reason_of(CODEC, value, STRUCTURED) == reason


@pytest.mark.parametrize(
    ("value", "headers", "reason"),
    [
        (b'{"text":"hi"}', (), "NOT_CLOUDEVENT"),
        (b'{"text":"hi"}', (JSON, ("ce_id", b"1")), "NOT_CLOUDEVENT"),
        (b"", BINARY, "NOTHING_SAID"),
        (b"not json", (*BINARY, JSON), "NOT_JSON"),
        (b"caf\xe9", BINARY, "WRONG_ENCODING"),
        (b'{"text":"hi"}', (*BINARY, ("ce_emotion", b"mine")), "TAG_TAKEN"),
        (b"[]", (("content-type", b"application/cloudevents-batch+json"),), "UNSUPPORTED_FORMAT"),
        (b"\0", (*BINARY, ("content-type", b"application/cloudevents+protobuf")), "UNSUPPORTED_FORMAT"),
    ],
)
def test_what_cannot_be_tagged_of_other_records(value, headers, reason):
    assert reason_of(CODEC, value, *headers) == reason


def test_no_fault_quotes_the_event():
    for rest in ('"data":{"t":"s3cret"}', '"data":"s3cret","emotion":"s3cret"', '"data_base64":"s3cret!"'):
        assert "s3cret" not in detail_of(CODEC, event(rest), STRUCTURED)


@settings(max_examples=60, deadline=None)
@given(pairs_of(TREES), st.randoms(use_true_random=False))
def test_any_envelope_keeps_all_that_it_has(others, random):
    mine = {"specversion", "data", "emotion", "emotionscore"}
    members = [pair for pair in others if pair[0] not in mine]
    members += [("specversion", ("string", "1.0")), ("data", ("string", "hi"))]
    random.shuffle(members)
    before = spelled(("object", members), random).encode()
    after = tagged(CODEC, before, STRUCTURED)
    assert inserted(before, after)
    assert exactly(after.decode()) == [*exactly(before.decode()), ("emotion", "joy"), ("emotionscore", "0.912346")]
    assert json.loads(after)["emotion"] == JOY.label
    assert tagged(CODEC, after, STRUCTURED) == after
