import pytest

from emotag_service.kafka.records.codec import EVENT_HEADERS, UNTOUCHED, BeforeLast, Edit, Reading, Splice
from emotag_service.kafka.records.codecs import make_codec
from emotag_service.messages.tag import label_json, nothing
from tests.unit.kafka.records.helpers import ENCODINGS, FEAR, JOY, make_record, read

HEADERS = (("a", b"1"), ("a", b"1"), ("b", None), ("\u00fc", b"\xff"))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_edits_are_made_in_the_encoding_of_the_value(encoding):
    before, after = "ab😀".encode(encoding), "yz".encode(encoding)
    place = Splice(encoding, (Edit(len(before), len(before) + len("old".encode(encoding)), "<", label_json, ">"),))
    record = make_record(before + "old".encode(encoding) + after, *HEADERS)
    value, headers = place.write(record, JOY)
    assert value == before + '<"joy">'.encode(encoding) + after
    assert headers == HEADERS


def test_several_edits_are_made_and_those_at_one_position_in_order():
    place = Splice("utf-8", (Edit(0, 1, "A", nothing, ""), Edit(2, 2, "1", nothing, ""), Edit(2, 2, "2", nothing, "")))
    assert place.write(make_record(b"abc"), JOY)[0] == b"Ab12c"


def test_what_goes_before_the_last_byte_is_all_that_is_added():
    place = BeforeLast(b",\xfe:", lambda tag: tag.label.encode())
    assert place.write(make_record(b"\xffab", *HEADERS), JOY) == (b"\xffa,\xfe:joyb", HEADERS)


def test_nothing_is_touched_where_there_is_no_place():
    record = make_record(b"\xff\x00", *HEADERS)
    assert UNTOUCHED.write(record, JOY) == (b"\xff\x00", HEADERS)


def test_attributes_of_an_event_are_replaced_and_all_else_stays():
    earlier = (("ce_emotion", b"fear"), *HEADERS, ("CE_EmotionScore", b"0.1"), ("ce_emotion", None))
    value, headers = EVENT_HEADERS.write(make_record(b"data", *earlier), JOY)
    assert value == b"data"
    assert headers == (*HEADERS, ("ce_emotion", b"joy"), ("ce_emotionscore", b"0.912346"))


def test_a_place_holds_no_document():
    codec = make_codec("json")
    value = b'{"text":"a","rest":[%s], "b":1 }' % b",".join([b'{"k":0}'] * 1_000)
    place = read(codec, value).place
    assert place == Splice("utf-8", place.edits)
    assert all(isinstance(part, int | str) or callable(part) for edit in place.edits for part in edit)
    assert sum(len(part) for edit in place.edits for part in edit if isinstance(part, str)) < 100


def test_one_reading_can_be_written_twice():
    codec = make_codec("json")
    record = make_record(b'{"text":"a"}')
    reading = codec.read(record)
    assert isinstance(reading, Reading)
    first, second = codec.write(record, reading, JOY), codec.write(record, reading, FEAR)
    assert first != second
    assert codec.write(record, reading, JOY) == first
