import pytest

from emotag.v1.message_pb2 import Message
from emotag_service.kafka.records.codecs import make_codec
from tests.unit.kafka.records.helpers import read, reason_of, written

CODEC = make_codec("headers-only")
EVENT = b'{"specversion":"1.0","id":"e","source":"s","type":"t","data":{"text":"hi"}}'
STRUCTURED = ("content-type", b"application/cloudevents+json")


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b'{"text" : "hi", "n":1.0}', ()),
        (b'{"role":"user","parts":[{"text":"hi"}]}', ()),
        (b"hi", ()),
        (Message(text="hi").SerializeToString(), (("content-type", b"application/protobuf"),)),
        (EVENT, (STRUCTURED,)),
        (b"hi", (("ce_specversion", b"1.0"), ("ce_emotion", b"old"), ("ce_emotionscore", b"1"))),
    ],
)
def test_it_reads_anything_and_leaves_value_and_headers(value, headers):
    headers = (("x", None), *headers, ("x", b"1"))
    assert read(CODEC, value, *headers).text == "hi"
    assert written(CODEC, value, *headers) == (value, headers)


def test_it_needs_no_place_for_a_tag():
    for value in (
        b'{"text":"hi","emotion":"mine"}',
        b'{"role":"user","parts":[{"text":"hi"}],"metadata":[],"extensions":5}',
    ):
        assert written(CODEC, value) == (value, ())
    taken = EVENT[:-1] + b',"emotion":"mine"}'
    assert written(CODEC, taken, STRUCTURED) == (taken, (STRUCTURED,))


def test_fields_are_where_the_options_say():
    codec = make_codec("headers-only", text_field="a.0", id_field="key", sender_field="from", conversation_field="c")
    reading = read(codec, b'{"a":["hi"],"key":1,"from":"me","c":"c1"}')
    assert (reading.text, reading.id, reading.sender, reading.conversation_id) == ("hi", "1", "me", "c1")


def test_what_cannot_be_read_is_a_fault_here_too():
    assert reason_of(CODEC, b'{"text":') == "NOT_JSON"
    assert reason_of(CODEC, b"{}") == "NO_TEXT"
    assert reason_of(CODEC, b"\xff") == "WRONG_ENCODING"
    assert reason_of(CODEC, b"{}", ("content-type", b"application/cloudevents+avro")) == "UNSUPPORTED_FORMAT"
