import pytest

from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.content import decode_text
from tests.unit.kafka.records.helpers import ENCODINGS, MARKS, detail_of, read, reason_of, written

CODEC = make_codec("text")


@pytest.mark.parametrize("value", [b"hello", '{"text":"größer"}'.encode(), b" \n", b"1", "😀".encode()])
def test_the_whole_value_is_the_text_and_stays(value):
    assert read(CODEC, value).text == value.decode()
    assert written(CODEC, value, ("a", None), ("a", b"1")) == (value, (("a", None), ("a", b"1")))


def test_it_knows_no_names():
    reading = read(CODEC, b"hello")
    assert (reading.id, reading.conversation_id, reading.sender, reading.tagged) == ("", "", "", False)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_byte_order_mark_says_the_encoding_whatever_the_charset_says(encoding):
    value = MARKS[encoding] + "héllo".encode(encoding)
    assert decode_text(value) == decode_text(value, "iso-8859-1") == "héllo"


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("utf-16", "utf-16-be"),
        ("utf-16le", "utf-16-le"),
        ("utf-32be", "utf-32-be"),
    ],
)
def test_the_content_type_says_the_encoding(charset, encoding):
    value = "héllo".encode(encoding)
    assert read(CODEC, value, ("content-type", f"text/plain; charset={charset}".encode())).text == "héllo"


def test_bytes_in_another_encoding_are_a_fault():
    assert reason_of(CODEC, "café".encode("latin-1")) == "WRONG_ENCODING"
    assert "byte 3" in detail_of(CODEC, "café".encode("latin-1"))
    assert reason_of(CODEC, b"caf\xc3\xa9", ("content-type", b"text/plain; charset=us-ascii")) == "WRONG_ENCODING"


@pytest.mark.parametrize("charset", [b"rot13", b"base64", b"punycode", b"klingon", b"utf-7"])
def test_a_charset_that_is_not_read_is_a_fault(charset):
    assert reason_of(CODEC, b"abc", ("content-type", b"text/plain; charset=" + charset)) == "UNSUPPORTED_FORMAT"


@pytest.mark.parametrize("value", [b"", *MARKS.values()])
def test_nothing_is_no_text(value):
    assert reason_of(CODEC, value) == "NO_TEXT"
