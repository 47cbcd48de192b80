import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.messages.text import decode, legible, mark_of, sayable, sniff
from emotag_service.messages.untaggable import UntaggableError
from tests.unit.kafka.records.helpers import ENCODINGS, MARKS


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("document", ['{"text":"hé"}', "{}", "[1]", '"x"', "17", ' {"a":1}'])
def test_the_encoding_of_a_document_shows_in_its_first_bytes(encoding, document):
    assert sniff(document.encode(encoding)) == (encoding, 0)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_byte_order_mark_names_the_encoding(encoding):
    value = MARKS[encoding] + '{"text":"hé"}'.encode(encoding)
    assert sniff(value) == mark_of(value) == (encoding, len(MARKS[encoding]))
    assert json.loads(decode(value, *sniff(value))) == {"text": "hé"}


@pytest.mark.parametrize("value", [b"", b"{", b"\xff", b"\0", b"plain", "größer".encode()])
def test_no_mark_means_utf_8(value):
    assert mark_of(value) == ("utf-8", 0)


@pytest.mark.parametrize(
    ("value", "encoding", "mark", "at"),
    [
        (b"abc\xff", "utf-8", 0, 3),
        (b"\xef\xbb\xbfab\xc0\x80", "utf-8", 3, 5),
        (b"ok \xed\xa0\x80", "utf-8", 0, 3),
        (b"a\0b", "utf-16-le", 0, 2),
        (b"\x00\xd8a\0", "utf-16-le", 0, 0),
        (b"caf\xe9", "ascii", 0, 3),
    ],
)
def test_bytes_that_are_not_in_the_encoding_are_a_fault_that_says_where(value, encoding, mark, at):
    with pytest.raises(UntaggableError) as caught:
        decode(value, encoding, mark)
    assert caught.value.fault.reason == "WRONG_ENCODING"
    assert caught.value.fault.detail == f"the value is not {encoding} from byte {at} on"


@given(st.text())
def test_a_text_without_halves_of_pairs_is_left_alone(text):
    assert sayable(text) == legible(text) == text


def test_half_of_a_pair_cannot_be_said_but_a_name_with_it_can_be_read():
    with pytest.raises(UntaggableError) as caught:
        sayable("secret \ud83d")
    assert caught.value.fault.reason == "WRONG_ENCODING"
    assert "character 7" in caught.value.fault.detail
    assert "secret" not in caught.value.fault.detail
    assert legible("agent \ud83d\ude00 \udc00") == "agent 😀 �"
