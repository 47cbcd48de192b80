"""JSON behind a framing: the tag goes where its JSON Schema has a property for it, every other byte stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import validate

from emotag_service.kafka.records.codec import UNTOUCHED
from tests.registry.schemas import JSON_SCHEMA
from tests.unit.kafka.records.made import make_tag
from tests.unit.kafka.records.schemas.framed import PREFIX, read, ready, reason_of, record, sender_of, written

TAG = make_tag(score=0.123456789, labels=("joy", "trust"))
SAID = b'{ "id":"m1", "text" : "Th\\u00e4nk you", "n": 1.0e3 }'
EMOTION = {"label": "joy", "score": 0.123457, "labels": ["joy", "trust"]}


def _with(emotion: Any) -> dict[str, Any]:
    return {**JSON_SCHEMA, "properties": {"text": {"type": "string"}, "emotion": emotion}}


def test_the_text_is_found_and_a_property_for_tags_filled_by_name() -> None:
    schema = ready("JSON", JSON_SCHEMA)
    reading = read(schema, record(SAID))
    assert (reading.text, reading.id) == ("Thänk you", "m1")
    value = written(schema, record(SAID), TAG)
    tag = json.dumps(EMOTION, separators=(",", ":")).encode()
    assert value == PREFIX + SAID[:-2] + b',"emotion":' + tag + b" }"
    said = json.loads(value[5:])
    del said["n"]
    validate(said, JSON_SCHEMA)


@pytest.mark.parametrize("said", [b'{"sender":"ann","text":""}', b'{"sender":"ann","text":"hi","emotion":5}'])
def test_a_fault_says_whose_it_is(said: bytes) -> None:
    assert sender_of(ready("JSON", JSON_SCHEMA), record(said)) == "ann"


def test_the_header_form() -> None:
    schema = ready("JSON", JSON_SCHEMA)
    one = record(SAID, ("__value_schema_id", b"\1" + b"x" * 16), prefix=b"")
    assert json.loads(written(schema, one, TAG))["emotion"] == EMOTION


def test_a_tag_is_replaced_by_the_next() -> None:
    schema = ready("JSON", JSON_SCHEMA)
    once = written(schema, record(SAID), make_tag(label="anger"))
    again = record(once.removeprefix(PREFIX))
    assert read(schema, again).tagged
    assert written(schema, again, TAG) == written(schema, record(SAID), TAG)


@pytest.mark.parametrize("emotion", [{"type": "object"}, {"type": ["null", "object"], "additionalProperties": True}])
def test_an_object_of_anything_gets_the_whole_tag(emotion: Any) -> None:
    value = written(ready("JSON", _with(emotion)), record(SAID), TAG)
    assert json.loads(value[5:])["emotion"] == TAG.document()


def test_a_string_gets_the_label() -> None:
    schema = ready("JSON", _with({"type": ["null", "string"]}))
    assert json.loads(written(schema, record(SAID), TAG)[5:])["emotion"] == "joy"
    assert reason_of(read, schema, record(b'{"text": "a", "emotion": "mine"}')) == "TAG_TAKEN"


@pytest.mark.parametrize(
    "emotion",
    [
        {"type": "number"},
        {},
        True,
        {"$ref": "#/definitions/Nothing"},
        {"$ref": "#/properties/emotion"},
        {"type": "object", "properties": {"score": {"type": "number"}}},
        {"type": "object", "properties": {"label": {"type": "string"}, "by": {}}, "required": ["by"]},
    ],
)
def test_a_property_that_does_not_take_tags_is_left_alone(emotion: Any) -> None:
    assert read(ready("JSON", _with(emotion)), record(SAID)).place is UNTOUCHED


def test_a_property_that_the_schema_does_not_have() -> None:
    assert read(ready("JSON", {"type": "object"}), record(SAID)).place is UNTOUCHED
    assert read(ready("JSON", JSON_SCHEMA, tag_field=None), record(SAID)).place is UNTOUCHED


def test_references_to_other_schemas() -> None:
    other = json.dumps(JSON_SCHEMA)
    schema = ready("JSON", _with({"$ref": "mood.json#/definitions/Emotion"}), **{"mood.json": other})
    assert json.loads(written(schema, record(SAID), TAG)[5:])["emotion"] == EMOTION


def test_what_cannot_be_tagged() -> None:
    schema = ready("JSON", JSON_SCHEMA)
    assert reason_of(read, schema, record(b"{")) == "NOT_JSON"
    assert reason_of(read, schema, record(b'{"text":"a","n":[%s1]}' % (b"1," * 320_000))) == "JSON_TOO_LARGE"
    assert reason_of(read, schema, record(b'{"id": "x"}')) == "NO_TEXT"
    assert reason_of(read, schema, record(b'{"text": "a", "emotion": 7}')) == "TAG_TAKEN"
    nested = ready("JSON", {"properties": {"meta": _with({"type": "object"})}}, tag_field="meta.emotion")
    assert reason_of(read, nested, record(SAID)) == "TAG_PLACE"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"not": ' * 1_000 + "{}" + "}" * 1_000])
def test_broken_schemas(text: str) -> None:
    assert reason_of(ready, "JSON", text) == "SCHEMA_UNUSABLE"


def test_schemas_that_go_in_circles_or_fan_out() -> None:
    several = {"allOf": [{"$ref": "#"}] * 50}
    assert read(ready("JSON", several), record(SAID)).place is UNTOUCHED
