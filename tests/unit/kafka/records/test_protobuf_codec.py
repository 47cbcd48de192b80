import contextlib

from hypothesis import given
from hypothesis import strategies as st

from emotag.v1.message_pb2 import Message
from emotag_service.kafka.records.codecs import make_codec
from emotag_service.messages.untaggable import UntaggableError
from tests.unit.kafka.records.helpers import read, reason_of, written

CODEC = make_codec("protobuf")
MESSAGE = Message(id="m1", text="We did it! 😀", conversation_id="c1", sender="planner")


def test_our_own_message_is_read():
    reading = read(CODEC, MESSAGE.SerializeToString())
    assert (reading.text, reading.id, reading.conversation_id, reading.sender) == (
        "We did it! 😀",
        "m1",
        "c1",
        "planner",
    )
    assert not reading.tagged


def test_its_bytes_stay_with_fields_that_nobody_knows_and_in_any_order():
    unknown = b"\xa2\x06\x03abc"  # field 100
    value = unknown + b"\x12\x05first" + MESSAGE.SerializeToString()
    assert read(CODEC, value).text == MESSAGE.text
    headers = (("a", None), ("content-type", b"x"))
    assert written(CODEC, value, *headers) == (value, headers)


def test_no_text_is_a_fault():
    assert reason_of(CODEC, b"") == "NO_TEXT"
    assert reason_of(CODEC, Message(id="m1").SerializeToString()) == "NO_TEXT"
    assert reason_of(CODEC, Message(text="").SerializeToString()) == "NO_TEXT"


def test_what_does_not_parse_is_a_fault():
    assert reason_of(CODEC, b'{"text":"hello"}') == "NOT_PROTOBUF"
    assert reason_of(CODEC, MESSAGE.SerializeToString()[:-1]) == "NOT_PROTOBUF"
    assert reason_of(CODEC, b"\x12\x01\xff") == "NOT_PROTOBUF"  # a string that is not UTF-8


@given(st.binary(max_size=40))
def test_no_bytes_raise_anything_else(value):
    with contextlib.suppress(UntaggableError):
        assert read(CODEC, value).text
