import pytest

from emotag_service.kafka.records.json_document import parse
from emotag_service.kafka.records.paths import make_fields
from emotag_service.messages.text import name_of
from emotag_service.messages.untaggable import UntaggableError

FIELDS = make_fields("payload.text", "id", "meta.conversation", "/from/0")


def read(value):
    return FIELDS.read(parse(value).root)


def fault_of(value):
    with pytest.raises(UntaggableError) as caught:
        read(value)
    return caught.value.fault


def test_all_of_them():
    reading = read(b'{"payload":{"text":"hi"},"id":"m1","meta":{"conversation":"c1"},"from":["agent-a","agent-b"]}')
    assert (reading.text, reading.id, reading.conversation_id, reading.sender) == ("hi", "m1", "c1", "agent-a")
    assert not reading.tagged
    assert reading.place is None


def test_only_the_text_must_be_there():
    reading = read(b'{"payload":{"text":"hi"}}')
    assert (reading.id, reading.conversation_id, reading.sender) == ("", "", "")


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        (b'"m1"', "m1"),
        (b"12345678901234567890123", "12345678901234567890123"),
        (b"1.50", "1.50"),
        (b"-0", "-0"),
        (b"null", ""),
        (b"true", ""),
        (b'{"id":1}', ""),
        (b'["m1"]', ""),
        (b'"a\\ud800"', "a�"),
    ],
)
def test_a_name_is_a_string_or_a_number_as_it_is_spelled(json, expected):
    reading = read(b'{"payload":{"text":"hi"},"id":%s}' % json)
    assert reading.id == expected
    assert type(reading.id) is str
    assert name_of(parse(json).root) == expected


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        (b"{}", "TEXT_NOT_STRING", "an object"),
        (b'["a"]', "TEXT_NOT_STRING", "an array"),
        (b"42", "TEXT_NOT_STRING", "a number"),
        (b"true", "TEXT_NOT_STRING", "true or false"),
        (b"null", "NO_TEXT", "null"),
        (b'""', "NO_TEXT", "an empty string"),
        (b'"\\ud83d"', "WRONG_ENCODING", "surrogate pair"),
    ],
)
def test_a_text_that_is_none_is_a_fault_that_says_what_is_there(text, reason, words):
    fault = fault_of(b'{"payload":{"text":%s}}' % text)
    assert fault.reason == reason
    assert words in fault.detail


@pytest.mark.parametrize("value", [b"{}", b'{"payload":null}', b'{"payload":"text"}', b'["text"]', b'"text"', b"1"])
def test_no_text_is_a_fault_that_names_the_option(value):
    fault = fault_of(value)
    assert fault.reason == "NO_TEXT"
    assert "--text-field payload.text" in fault.detail


@pytest.mark.parametrize(
    ("paths", "option"),
    [
        (("", "i", "c", "s"), "--text-field"),
        (("t", "", "c", "s"), "id_field"),
        (("t", "i", ".", "s"), "conversation_field"),
        (("t", "i", "c", "/~"), "sender_field"),
    ],
)
def test_a_bad_path_names_its_option(paths, option):
    with pytest.raises(ValueError, match=f"^{option}: "):
        make_fields(*paths)
