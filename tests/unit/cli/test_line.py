"""From lines to messages, and from tags to lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag import EmotionError, InvalidArgumentError, Message, OverloadedError, Tag
from emotag.cli.line import Fields, Line, parse

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "sender", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def parsed(value: Any, fields: Fields | None = None) -> Line:
    return parse(7, json.dumps(value).encode(), fields or Fields())


def test_every_field() -> None:
    line = parsed(
        {"id": "i", "text": "t", "conversation_id": "c", "sender": "s", "sent_at": 1.5, "time_to_live": 2, "more": 1}
    )
    assert line.item == Message("t", "i", "c", "s", 1.5, 2)
    assert (line.number, line.id) == (7, "i")


def test_other_names() -> None:
    fields = Fields(text="said", id="n", sender="who", conversation_id="talk")
    line = parsed({"n": 3, "said": "t", "who": "w", "talk": "c", "text": "not this"}, fields)
    assert line.item == Message("t", "3", "c", "w")
    assert line.id == 3


def test_null_is_absent() -> None:
    assert parsed({"text": "t", "id": None, "sender": None, "conversation_id": None}).item == Message("t")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [(b"[]", "a list"), (b'"x"', "a string"), (b"null", "null"), (b"3.5", "a number"), (b"true", "a truth value")],
)
def test_what_is_no_object_is_named(raw: bytes, kind: str) -> None:
    item = parse(1, raw, Fields()).item
    assert isinstance(item, InvalidArgumentError)
    assert kind in str(item)


@pytest.mark.parametrize("value", [{"x": 1}, [1], True, 1.5])
def test_ids_that_are_none(value: Any) -> None:
    item = parsed({"id": value, "text": "t"}).item
    assert isinstance(item, InvalidArgumentError)
    assert item.field == "id"


@given(JSON)
def test_any_json_is_a_message_or_an_error(value: Any) -> None:
    assert isinstance(parsed(value).item, Message | EmotionError)


@given(st.binary())
def test_any_bytes_are_a_message_or_an_error(raw: bytes) -> None:
    assert isinstance(parse(1, raw, Fields()).item, Message | EmotionError)


def test_answers_are_whole_lines() -> None:
    tag = Tag("i", "joy", 0.9300000071525574, ("joy",), truncated=True)
    answer = Line(3, 12, Message("t")).answer(tag)
    assert (
        answer
        == b'{"id": 12, "line": 3, "label": "joy", "score": 0.93, "labels": ["joy"], "uncertain": false, "truncated": true}\n'
    )


def test_errors_say_all_they_know() -> None:
    tag = Tag("i", error=OverloadedError("full", reason="QUEUE_FULL", retry_after=1.5))
    assert json.loads(Line(3, None, Message("t")).answer(tag)) == {
        "id": None,
        "line": 3,
        "error": {"code": "RESOURCE_EXHAUSTED", "message": "full", "reason": "QUEUE_FULL", "retry_after": 1.5},
    }
