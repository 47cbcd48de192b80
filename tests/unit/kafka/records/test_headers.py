from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.headers import content_type, has, last, without
from emotag_service.messages.content_type import ContentType

HEADERS = st.lists(st.tuples(st.text(max_size=4), st.none() | st.binary(max_size=4)), max_size=6).map(tuple)


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
