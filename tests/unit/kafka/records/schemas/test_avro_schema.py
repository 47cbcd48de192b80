"""Avro values: the text is found, the tag goes where the schema has a field for it, every other byte stays."""

from __future__ import annotations

import contextlib
import decimal
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fastavro.utils import generate_one
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.codec import UNTOUCHED
from emotag_service.messages.untaggable import UntaggableError
from tests.registry.schemas import EMOTION, NULLABLE_EMOTION, NULLABLE_STRING, avro
from tests.unit.kafka.records.made import make_tag
from tests.unit.kafka.records.schemas.framed import (
    PREFIX,
    decoded,
    encoded,
    read,
    ready,
    reason_of,
    record,
    sender_of,
    written,
)

SAID = {
    "id": "m1",
    "sender": "coder",
    "text": "Thänk you 🎉",
    "cost": decimal.Decimal("12.34"),
    "sent_at": datetime(2026, 1, 2, tzinfo=UTC),
}
TAG = make_tag(score=0.123456789, labels=("joy", "trust"))

# Whatever Avro has, in unions of which a writer that has forgotten the branch takes another.
EVERYTHING: dict[str, Any] = {
    "type": "record",
    "name": "Everything",
    "fields": [
        {"name": "before", "type": {"type": "array", "items": ["null", "int", "long", "float", "double"]}},
        {"name": "suit", "type": {"type": "enum", "name": "Suit", "symbols": ["A", "B"]}},
        {"name": "either", "type": ["string", "Suit", "bytes", "boolean"]},
        {"name": "uuid", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "duration", "type": {"type": "fixed", "name": "Duration", "size": 12, "logicalType": "duration"}},
        {"name": "text", "type": "string"},
        {"name": "emotion", "type": NULLABLE_EMOTION, "default": None},
        {"name": "again", "type": {"type": "map", "values": ["null", "Emotion", "Duration"]}},
        {"name": "flat", "type": {"type": "array", "items": "double"}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "bytes", "type": "bytes"},
        {"name": "next", "type": ["null", "Everything"], "default": None},
    ],
}


def test_the_text_and_who_said_it() -> None:
    reading = read(ready("AVRO", avro()), record(encoded(avro(), SAID)))
    assert (reading.text, reading.id, reading.sender) == ("Thänk you 🎉", "m1", "coder")
    assert reading.place is UNTOUCHED


ROLE = {"type": "enum", "name": "Role", "symbols": ["USER", "AGENT"]}


def test_a_name_may_be_a_symbol() -> None:
    fields = [
        {"name": "id", "type": ["null", "int", ROLE]},
        {"name": "sender", "type": ["null", "Role"]},
        {"name": "text", "type": ["string", "Role"]},
    ]
    schema = {"type": "record", "name": "M", "fields": fields}
    said = {"id": ("Role", "USER"), "sender": "AGENT", "text": "hi"}
    reading = read(ready("AVRO", schema), record(encoded(schema, said)))
    assert (reading.id, reading.sender) == ("USER", "AGENT")
    nobody = read(ready("AVRO", schema), record(encoded(schema, {**said, "id": 5, "sender": None})))
    assert (nobody.id, nobody.sender) == ("5", "")
    no_message = record(encoded(schema, {**said, "text": ("Role", "USER")}))
    assert reason_of(read, ready("AVRO", schema), no_message) == "TEXT_NOT_STRING"


def test_a_symbol_is_no_tag() -> None:
    category = {"name": "category", "type": ROLE, "default": "USER"}
    schema = avro(emotion=["null", {**EMOTION, "fields": [*EMOTION["fields"], category]}])
    emotion = {"label": "", "score": 0, "category": "USER"}
    reading = read(ready("AVRO", schema), record(encoded(schema, {**SAID, "emotion": emotion})))
    assert reading.place is not UNTOUCHED
    assert not reading.tagged


@pytest.mark.parametrize("changes", [{"text": None}, {"emotion": "mine"}])
def test_a_fault_says_whose_it_is(changes: dict[str, Any]) -> None:
    schema = avro(emotion=NULLABLE_STRING)
    assert sender_of(ready("AVRO", schema), record(encoded(schema, {**SAID, **changes}))) == "coder"
    assert sender_of(ready("AVRO", schema), record(b"")) is None


def test_a_record_for_tags_is_filled_by_name_and_everything_else_stays() -> None:
    schema = avro(emotion=NULLABLE_EMOTION)
    ours = ready("AVRO", schema)
    value = written(ours, record(encoded(schema, SAID)), TAG)
    emotion = {"label": "joy", "score": 0.123457, "labels": ["joy", "trust"], "note": None}
    assert decoded(schema, value) == {**SAID, "emotion": emotion}
    untagged = value.replace(encoded(NULLABLE_EMOTION, emotion), b"\0")
    assert untagged == PREFIX + encoded(schema, SAID)


def test_a_string_for_tags_gets_the_label() -> None:
    schema = avro(emotion=NULLABLE_STRING)
    value = written(ready("AVRO", schema), record(encoded(schema, SAID)), TAG)
    assert decoded(schema, value) == {**SAID, "emotion": "joy"}


def test_a_tag_is_replaced_by_the_next() -> None:
    schema = avro(emotion=NULLABLE_EMOTION)
    ours = ready("AVRO", schema)
    once = written(ours, record(encoded(schema, SAID)), TAG)
    again = record(once.removeprefix(PREFIX))
    assert read(ours, again).tagged
    assert decoded(schema, written(ours, again, make_tag(label="anger")))["emotion"]["label"] == "anger"
    assert written(ours, again, TAG) == once


def test_a_string_that_no_tag_wrote_is_not_destroyed() -> None:
    schema = avro(emotion=NULLABLE_STRING)
    payload = encoded(schema, {**SAID, "emotion": "mine"})
    assert reason_of(read, ready("AVRO", schema), record(payload)) == "TAG_TAKEN"
    ours = record(payload, ("emotion-label", b"joy"))
    assert read(ready("AVRO", schema), ours).tagged


@pytest.mark.parametrize(
    "emotion",
    [
        ["null", "int"],
        ["null", "string", "int", EMOTION],
        ["null", {**EMOTION, "fields": EMOTION["fields"][1:]}],
        ["null", {**EMOTION, "fields": [*EMOTION["fields"], {"name": "must", "type": "int"}]}],
        ["null", {"type": "enum", "name": "E", "symbols": ["joy"]}],
    ],
)
def test_a_field_that_does_not_take_tags_is_left_alone(emotion: Any) -> None:
    schema = avro(emotion=emotion)
    assert read(ready("AVRO", schema), record(encoded(schema, SAID))).place is UNTOUCHED


def test_a_field_that_cannot_stand_alone_is_left_alone() -> None:
    """Both enums are called E by themselves, as only the whole schema tells them apart."""
    enums = [
        {"type": "enum", "name": "E", "symbols": ["A"], "namespace": ""},
        {"type": "enum", "name": "E", "symbols": ["A"]},
    ]
    fields = [{"name": f"suit{number}", "type": enum, "default": "A"} for number, enum in enumerate(enums)]
    emotion = {**EMOTION, "fields": [*EMOTION["fields"], *fields]}
    schema = {**avro(emotion=["null", emotion]), "namespace": "ns"}
    assert read(ready("AVRO", schema), record(encoded(schema, SAID))).place is UNTOUCHED


def test_headers_only_writes_nothing() -> None:
    schema = avro(emotion=NULLABLE_EMOTION)
    assert read(ready("AVRO", schema, tag_field=None), record(encoded(schema, SAID))).place is UNTOUCHED


@given(st.integers(0, 10_000), st.text(min_size=1, max_size=30))
def test_every_other_byte_stays_whatever_the_value(seed: int, text: str) -> None:
    values = generate_one(EVERYTHING)
    values["text"], values["emotion"] = text, None
    payload = encoded(EVERYTHING, values)
    ours = HOSTILE[0]
    value = written(ours, record(payload), make_tag(score=seed / 10_000))
    tag = encoded(NULLABLE_EMOTION, decoded(EVERYTHING, value)["emotion"])
    at = read(ours, record(payload)).place.start
    assert value[:at] + b"\0" + value[at + len(tag) :] == PREFIX + payload


def test_paths_lead_through_records_arrays_and_maps() -> None:
    turn = {"type": "record", "name": "Turn", "fields": [{"name": "said", "type": "string"}]}
    parts = {"type": "array", "items": ["null", turn]}
    schema = {"type": "record", "name": "R", "fields": [{"name": "m", "type": {"type": "map", "values": parts}}]}
    payload = encoded(schema, {"m": {"x": [], "y": [None, {"said": "hello"}]}})
    assert read(ready("AVRO", schema, text_field="m.y.1.said"), record(payload)).text == "hello"
    assert reason_of(read, ready("AVRO", schema, text_field="m.y.2.said"), record(payload)) == "NO_TEXT"
    assert reason_of(ready, "AVRO", schema, text_field="m.y.said") == "NO_TEXT_FIELD"


def test_values_without_a_text() -> None:
    assert reason_of(read, ready("AVRO", avro()), record(encoded(avro(), {**SAID, "text": None}))) == "NO_TEXT"
    assert reason_of(ready, "AVRO", avro(), text_field="cost") == "NO_TEXT_FIELD"
    assert reason_of(ready, "AVRO", avro(), text_field="said") == "NO_TEXT_FIELD"


def test_a_nested_place_that_is_not_there() -> None:
    meta = {"type": "record", "name": "Meta", "fields": [{"name": "emotion", "type": NULLABLE_STRING}]}
    schema = avro(emotion=["null", meta])
    ours = ready("AVRO", schema, tag_field="emotion.emotion")
    assert reason_of(read, ours, record(encoded(schema, SAID))) == "TAG_PLACE"
    value = written(ours, record(encoded(schema, {**SAID, "emotion": {"emotion": None}})), TAG)
    assert decoded(schema, value)["emotion"] == {"emotion": "joy"}


def test_types_of_other_schemas() -> None:
    schema = avro(emotion=["null", "mood.Emotion"])
    shared = json.dumps({**EMOTION, "namespace": "mood"})
    ours = ready("AVRO", schema, **{"mood.Emotion": shared})
    whole = avro(emotion=["null", {**EMOTION, "namespace": "mood"}])
    assert decoded(whole, written(ours, record(encoded(whole, SAID)), TAG))["emotion"]["label"] == "joy"
    assert reason_of(ready, "AVRO", schema) == "SCHEMA_UNUSABLE"


# Each is a few bytes that claim to be a lot, or are cut, or are of no branch.
ARRAYS: dict[str, Any] = {
    "type": "record",
    "name": "Arrays",
    "fields": [
        {"name": "nulls", "type": {"type": "array", "items": "null"}},
        {"name": "empties", "type": {"type": "array", "items": {"type": "record", "name": "E", "fields": []}}},
        {"name": "text", "type": ["null", "string"]},
    ],
}
BILLIONS = b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"


def test_billions_of_nothing_cost_nothing() -> None:
    payload = BILLIONS + b"\0" + BILLIONS + b"\0" + b"\x02\x04hi"
    assert read(ready("AVRO", ARRAYS), record(payload)).text == "hi"
    inside = ready("AVRO", {**ARRAYS, "fields": [*ARRAYS["fields"]]}, tag_field="empties.7.x")
    assert read(inside, record(payload)).text == "hi"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\0\0\x04",  # branch 2 of two
        b"\0\0\x01",  # branch -1
        b"\0\0\x02\x7fhi",  # a string of -64 bytes
        b"\0\0\x02\xfe\xff\xff\xff\x0fhi",  # of billions
        b"\0\0\x02\x04h",
        b"\0\0\x02\x04hi!",
        b"\xff" * 30,
        b"\x01\xfe\xff\xff\x0f",  # a block that says it has a million bytes
        (b"\x02" * 100 + b"\0") * 2,
    ],
)
def test_lying_values(payload: bytes) -> None:
    assert reason_of(read, ready("AVRO", ARRAYS), record(payload)) == "SCHEMA_MISMATCH"


def test_items_of_nothing_that_are_looked_into_are_bounded() -> None:
    entry = {"type": "record", "name": "E", "fields": [{"name": "x", "type": "null"}]}
    fields = [{"name": "text", "type": "string"}, {"name": "id", "type": {"type": "array", "items": entry}}]
    schema = ready("AVRO", {"type": "record", "name": "R", "fields": fields})
    schema._wanted.add("id", ("id", "5", "x"))
    assert reason_of(read, schema, record(b"\x04hi" + BILLIONS + b"\0")) == "SCHEMA_MISMATCH"


def test_a_value_that_nests_for_ever() -> None:
    fields = [{"name": "text", "type": "string"}, {"name": "next", "type": ["null", "Node"]}]
    schema = ready("AVRO", {"type": "record", "name": "Node", "fields": fields})
    assert read(schema, record(b"\x02a\x02" * 5 + b"\x02a\0")).text == "a"
    assert reason_of(read, schema, record(b"\x02a\x02" * 10_000)) == "TOO_DEEP"
    loop = ready("AVRO", {"type": "record", "name": "N", "fields": [{"name": "n", "type": "N"}, fields[0]]})
    assert reason_of(read, loop, record(b"\x02a")) == "TOO_DEEP"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        '{"type": "record"}',
        '{"type": "nothing"}',
        '"missing"',
        '{"type": "array", "items": ' * 5_000 + '"int"' + "}" * 5_000,
        '{"type": "array", "items": ' * 300 + '"int"' + "}" * 300,
        '{"type": "record", "name": "R", "fields": [{"name": "text", "type": [["string"]]}]}',
        '{"type": "fixed", "name": "F", "size": "x"}',
        '{"type": "record", "name": "R", "fields": [{"name": "f", "type": {"type": "fixed", "name": "F", "size": 1e400}}]}',
        "[" * 100_000,
        "7",
    ],
)
def test_broken_schemas(text: str) -> None:
    assert reason_of(ready, "AVRO", text) in {"SCHEMA_UNUSABLE", "NO_TEXT_FIELD"}


HOSTILE = [ready("AVRO", EVERYTHING), ready("AVRO", ARRAYS)]


@given(st.binary(max_size=200))
def test_hostile_bytes(payload: bytes) -> None:
    for schema in HOSTILE:
        with contextlib.suppress(UntaggableError):
            one = record(payload)
            read(schema, one).place.write(one, TAG)
