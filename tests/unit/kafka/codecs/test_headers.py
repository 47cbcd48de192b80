import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.codecs.headers import ContentType, content_type, has, last, parse_content_type, without

HEADERS = st.lists(st.tuples(st.text(max_size=4), st.none() | st.binary(max_size=4)), max_size=6).map(tuple)


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("", ContentType()),
        ("application/json", ContentType("application/json")),
        (" Application/JSON ; Charset=UTF-8", ContentType("application/json", "utf-8")),
        ('text/plain;format=flowed;charset="ISO-8859-1"', ContentType("text/plain", "iso-8859-1")),
        ("text/plain; charset", ContentType("text/plain", "")),
        (";;=", ContentType()),
    ],
)
def test_a_media_type_and_its_charset(spelled, expected):
    assert parse_content_type(spelled) == expected


@pytest.mark.parametrize(
    ("name", "json", "a2a", "text"),
    [
        ("application/json", True, False, False),
        ("text/json", True, False, False),
        ("application/vnd.chat+json", True, False, False),
        ("application/a2a+json", True, True, False),
        ("text/plain", False, False, True),
        ("text/markdown", False, False, True),
        ("application/octet-stream", False, False, False),
        ("application/jsonl", False, False, False),
        ("", False, False, False),
    ],
)
def test_what_a_media_type_means(name, json, a2a, text):
    media = ContentType(name)
    assert (media.is_json, media.is_a2a, media.is_text) == (json, a2a, text)


def test_of_several_headers_the_last_that_is_not_null_counts_in_any_case():
    headers = (("Content-Type", b"text/plain"), ("content-type", b" application/json "), ("CONTENT-TYPE", None))
    assert last(headers, "content-type") == "application/json"
    assert content_type(headers) == ContentType("application/json")
    assert last(headers, "other") == ""
    assert content_type(()) == ContentType()


def test_bytes_that_are_no_text_do_not_fail():
    assert content_type((("content-type", b"\xff\xfe"),)).name == "��"


def test_a_null_header_is_there_for_nobody():
    headers = (("ce_emotion", None), ("CE_Emotionscore", b"0.5"))
    assert not has(headers, "ce_emotion")
    assert has(headers, "ce_emotionscore")


@given(HEADERS)
def test_what_is_not_taken_out_stays_in_order_with_duplicates_and_nulls(headers):
    ours = (("ce_emotion", b"joy"), ("CE_EMOTION", None))
    assert without((*headers, *ours), {"ce_emotion"}) == without((*ours, *headers), {"ce_emotion"}) == headers
