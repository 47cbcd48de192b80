import contextlib
import json
import re

import pytest

from emotag_service.messages.untaggable import UntaggableError
from tests.unit.kafka.records.helpers import (
    ENCODINGS,
    FEAR,
    JOY,
    MARKS,
    detail_of,
    inserted,
    json_codec,
    read,
    reason_of,
    tagged,
    written,
)

MESSAGE = b'{"id":"m-1","conversation_id":"c-1","sender":"planner","text":"We did it!","n":1.0}'


def test_a_message_is_read():
    reading = read(json_codec(), MESSAGE)
    assert (reading.text, reading.id, reading.conversation_id, reading.sender) == (
        "We did it!",
        "m-1",
        "c-1",
        "planner",
    )
    assert not reading.tagged


def test_a_message_is_tagged_and_nothing_else_changes():
    value = tagged(json_codec(), MESSAGE)
    assert value.startswith(MESSAGE[:-1] + b',"emotion":{"status":"OK",')
    assert json.loads(value)["emotion"] == JOY.document()
    assert inserted(MESSAGE, value).count(b'"emotion"') == 1


def test_a_message_that_was_tagged_before_is_known_and_its_tag_replaced():
    codec = json_codec()
    once = tagged(codec, MESSAGE, tag=FEAR)
    assert read(codec, once).tagged
    assert read(codec, once).text == "We did it!"
    assert tagged(codec, once) == tagged(codec, MESSAGE)
    assert tagged(codec, once, tag=FEAR) == once


def test_headers_are_not_its_business():
    headers = (("a", b"1"), ("a", None), ("content-type", b"text/plain"), ("emotion-label", b"old"))
    assert written(json_codec(), MESSAGE, *headers)[1] == headers


def test_fields_are_where_the_options_say():
    codec = json_codec(
        text_field="/payload/parts/0/text",
        tag_field="payload.meta.feeling",
        id_field="key",
        conversation_field="thread.id",
        sender_field="from",
    )
    value = b'{"key":7,"from":"b","thread":{"id":9},"payload":{"parts":[{"text":"hi"}],"meta":{"k":[]}}}'
    reading = read(codec, value)
    assert (reading.text, reading.id, reading.conversation_id, reading.sender) == ("hi", "7", "9", "b")
    assert json.loads(tagged(codec, value))["payload"]["meta"] == {"k": [], "feeling": JOY.document()}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("marked", [False, True])
def test_the_tag_is_written_in_the_encoding_of_the_document(encoding, marked):
    mark = MARKS[encoding] if marked else b""
    document = '{"text":"schön 😀", "n": 1.0 }\n'
    value = tagged(json_codec(), mark + document.encode(encoding))
    assert value.startswith(mark)
    text = value[len(mark) :].decode(encoding)
    assert text.startswith('{"text":"schön 😀", "n": 1.0,"emotion":{')
    assert text.endswith("} }\n")
    assert json.loads(value) == json.loads(document) | {"emotion": JOY.document()}


def test_a_text_is_read_with_its_escapes_undone():
    assert read(json_codec(), b'{"text":"\\u0041\\n\\"\\ud83d\\ude00\\/"}').text == 'A\n"😀/'


def test_halves_of_pairs_elsewhere_stay_as_they_are():
    value = b'{"text":"fine","other":"\\ud800","\\udfff":1}'
    assert inserted(value, tagged(json_codec(), value)).startswith(b',"emotion":')


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "NOT_JSON"),
        (b"plain text", "NOT_JSON"),
        (b'{"text":"a","n":NaN}', "NOT_JSON"),
        (b'{"text":"\xff"}', "WRONG_ENCODING"),
        (b'{"text":"\\udc00"}', "WRONG_ENCODING"),
        (b'{"a":' * 50_000, "TOO_DEEP"),
        (b'"text"', "NO_TEXT"),
        (b'["text"]', "NO_TEXT"),
        (b"{}", "NO_TEXT"),
        (b'{"text":null}', "NO_TEXT"),
        (b'{"text":""}', "NO_TEXT"),
        (b'{"text":"a","text":""}', "NO_TEXT"),
        (b'{"text":["a"]}', "TEXT_NOT_STRING"),
        (b'{"text":12}', "TEXT_NOT_STRING"),
        (b'{"text":"a","emotion":"mine"}', "TAG_TAKEN"),
    ],
)
def test_what_cannot_be_tagged_is_a_fault(value, reason):
    assert reason_of(json_codec(), value) == reason


def test_no_fault_quotes_the_message():
    for value in (b'{"text":"s3cret"', b'{"text":["s3cret"]}', b'{"text":"s3cret","emotion":"s3cret"}', b"s3cret"):
        assert "s3cret" not in detail_of(json_codec(), value)
    assert re.fullmatch(r"[\x20-\x7e]+", detail_of(json_codec(), "{ü}".encode()))


def test_at_the_very_depth_where_the_parser_gives_up_it_is_a_fault_too():
    def outcome(depth):
        value = b'{"text":"a","deep":%s%s,"emotion":null}' % (b"[" * depth, b"]" * depth)
        with contextlib.suppress(UntaggableError):
            return read(json_codec(), value).text
        return reason_of(json_codec(), value)

    fine, too_deep = 1, 100_000
    while too_deep - fine > 1:
        depth = (fine + too_deep) // 2
        fine, too_deep = (depth, too_deep) if outcome(depth) == "a" else (fine, depth)
    assert {outcome(depth) for depth in range(fine - 10, fine + 20)} == {"a", "TOO_DEEP"}


def test_the_place_is_decided_before_anything_is_computed():
    codec = json_codec(tag_field="meta.emotion")
    assert reason_of(codec, MESSAGE) == "TAG_PLACE"


@pytest.mark.parametrize(
    ("text", "tag"),
    [("text", "text"), ("a.text", "a"), ("/a/text", "a.text"), ("text", "text.emotion"), ("a", "/a/0")],
)
def test_the_tag_may_not_replace_the_text(text, tag):
    with pytest.raises(ValueError, match=r"^--tag-field: .* would replace --text-field"):
        json_codec(text_field=text, tag_field=tag)


def test_siblings_and_near_names_are_fine():
    for text, tag in [("a.text", "a.emotion"), ("text", "text2"), ("a.b", "b.a")]:
        assert json_codec(text_field=text, tag_field=tag).name == "json"


def test_megabytes_of_members_and_white_space_cost_no_walk_over_characters():
    value = b'{"text":"a"' + b" " * 2_000_000 + b',"rest":[' + b"0," * 300_000 + b"0]" + b"\n" * 2_000_000 + b"}"
    out = tagged(json_codec(), value)
    assert inserted(value, out).startswith(b',"emotion":')
    assert out.endswith(b"}" + b"\n" * 2_000_000 + b"}")
