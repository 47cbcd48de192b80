"""Protobuf values: the text is found, the tag is appended, unknown fields and every other byte stay."""

from __future__ import annotations

import base64
import contextlib
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.codec import UNTOUCHED
from emotag_service.kafka.records.schemas.schema import RegisteredSchema
from emotag_service.messages.untaggable import UntaggableError
from tests.registry.schemas import EMOTION_FILE, MESSAGE_FILE, classes, file, message
from tests.unit.kafka.records.made import make_tag
from tests.unit.kafka.records.schemas.framed import PREFIX, read, ready, reason_of, record, sender_of, written

CLASSES = classes(EMOTION_FILE, MESSAGE_FILE)
SECOND = b"\x02\x02"  # one index: 1
UNKNOWN = b"\x82\x7d\x03abc"  # field 2000, of which the schema knows nothing
TAG = make_tag(score=0.123456789, labels=("joy", "trust"))


def _text(one: FileDescriptorProto) -> str:
    return base64.b64encode(one.SerializeToString()).decode()


def _schema(one: FileDescriptorProto = MESSAGE_FILE, **options: Any) -> RegisteredSchema:
    return ready("PROTOBUF", _text(one), **{"agents/emotion.proto": _text(EMOTION_FILE)}, **options)


def _said(**changes: Any) -> Any:
    return CLASSES["Message"](**{"id": "m1", "text": "Thänk you", "sender": "coder", **changes})


def _payload(**changes: Any) -> bytes:
    return SECOND + _said(**changes).SerializeToString() + UNKNOWN


def test_the_text_and_who_said_it() -> None:
    reading = read(_schema(), record(_payload()))
    assert (reading.text, reading.id, reading.sender, reading.tagged) == ("Thänk you", "m1", "coder", False)


def _with_roles() -> FileDescriptorProto:
    """A schema whose message has enumerations in the places of id (1), sender (2) and text (4); 3 is a text, too."""
    one = message("Said", "int64 id", "int64 sender", "string said", "int64 text")
    made = file("x.proto", one)
    role = made.enum_type.add(name="Role")
    for number, name in enumerate(("ROLE_UNKNOWN", "ROLE_AGENT")):
        role.value.add(name=name, number=number)
    for place in (0, 1, 3):
        one.field[place].type, one.field[place].type_name = FieldDescriptorProto.TYPE_ENUM, ".agents.Role"
    made.message_type[0].CopyFrom(one)
    return made


def test_a_name_may_be_that_of_a_value() -> None:
    schema = _schema(_with_roles(), text_field="said")
    reading = read(schema, record(b"\0" + b"\x10\x01" + b"\x1a\x02hi"))
    assert (reading.id, reading.sender) == ("ROLE_UNKNOWN", "ROLE_AGENT")
    assert read(schema, record(b"\0" + b"\x10\x07" + b"\x1a\x02hi")).sender == "", "no value has this number"
    numbers = _schema(file("x.proto", message("Said", "string text", "int64 sender")))
    assert read(numbers, record(b"\0" + b"\x0a\x02hi" + b"\x10\x01")).sender == ""
    text = record(b"\0" + b"\x20\x01")
    assert reason_of(read, _schema(_with_roles()), text) == "NO_TEXT_FIELD", "the name of a value is no message"


def test_a_fault_says_whose_it_is() -> None:
    assert sender_of(_schema(), record(_payload(text=""))) == "coder"
    assert sender_of(_schema(tag_field="emotion.category"), record(_payload())) == "coder"
    assert sender_of(_schema(), record(SECOND + b"\xff")) is None


def test_a_message_for_tags_is_filled_by_name_and_everything_before_it_stays() -> None:
    value = written(_schema(), record(_payload()), TAG)
    assert value.startswith(PREFIX + _payload())
    found = CLASSES["Message"].FromString(value[len(PREFIX + SECOND) :])
    assert found.text == "Thänk you"
    assert found.emotion == CLASSES["Emotion"](category="joy", confidence=0.123457, labels=["joy", "trust"])


def test_a_tag_is_replaced_by_the_next_and_unknown_fields_survive() -> None:
    once = written(_schema(), record(_payload()), TAG)
    again = record(once.removeprefix(PREFIX))
    assert read(_schema(), again).tagged
    value = written(_schema(), again, make_tag(label="anger", labels=("anger",)))
    found = CLASSES["Message"].FromString(value[len(PREFIX + SECOND) :])
    assert (found.emotion.category, list(found.emotion.labels), found.id) == ("anger", ["anger"], "m1")
    assert UNKNOWN in value


def test_the_message_that_the_indexes_name_is_read() -> None:
    unrelated = record(b"\0" + CLASSES["Unrelated"](n=1).SerializeToString())
    assert reason_of(read, _schema(), unrelated) == "NO_TEXT_FIELD"
    for indexes in (b"\x02\x04", b"\x04\x02\x00", b"\x02\x01"):
        assert reason_of(read, _schema(), record(indexes + _said().SerializeToString())) == "SCHEMA_MISMATCH"


def test_a_nested_message_and_a_string_for_tags() -> None:
    outer = message("Outer", "string text", "string emotion")
    outer.nested_type.append(message("Inner", "repeated agents.Outer.Inner inner", "string said"))
    schema = file("x.proto", outer)
    flat = written(_schema(schema), record(b"\0" + b"\x0a\x02hi"), TAG)
    assert flat == PREFIX + b"\0\x0a\x02hi\x12\x03joy"
    assert reason_of(read, _schema(schema), record(b"\0" + b"\x0a\x02hi\x12\x04mine")) == "TAG_TAKEN"
    ours = record(b"\0" + b"\x0a\x02hi\x12\x05anger", ("emotion-label", b"anger"))
    assert written(_schema(schema), ours, TAG) == PREFIX + b"\0\x0a\x02hi\x12\x03joy"
    deep = _schema(schema, text_field="inner.0.said")
    assert read(deep, record(b"\x04\0\0" + b"\x0a\x04\x12\x02hi")).text == "hi"
    assert reason_of(read, deep, record(b"\x04\0\0")) == "NO_TEXT"


def test_one_of_several_that_would_be_lost() -> None:
    one = message("One", "string text", "string emotion", "string other")
    one.oneof_decl.add(name="choice")
    one.field[1].oneof_index = one.field[2].oneof_index = 0
    schema = _schema(file("one.proto", one))
    assert reason_of(read, schema, record(b"\0\x0a\x02hi\x1a\x01x")) == "TAG_TAKEN"
    assert written(schema, record(b"\0\x0a\x02hi"), TAG) == PREFIX + b"\0\x0a\x02hi\x12\x03joy"


def test_a_nested_place_that_is_not_there() -> None:
    schema = _schema(tag_field="emotion.category")
    assert reason_of(read, schema, record(_payload())) == "TAG_PLACE"
    held = record(_payload(emotion=CLASSES["Emotion"](other=3)))
    found = CLASSES["Message"].FromString(written(schema, held, TAG)[len(PREFIX + SECOND) :])
    assert found.emotion == CLASSES["Emotion"](category="joy", other=3)


@pytest.mark.parametrize("fields", [(), ("int64 emotion",), ("repeated string emotion",), ("agents.Sub emotion",)])
def test_a_field_that_does_not_take_tags_is_left_alone(fields: tuple[str, ...]) -> None:
    schema = file("x.proto", message("Message", "string text", *fields), message("Sub", "int64 category"))
    assert read(_schema(schema), record(b"\0\x0a\x02hi")).place is UNTOUCHED


def test_files_that_registries_have_built_in() -> None:
    used = message("Message", "string text", "confluent.type.Decimal cost", "google.type.Money money")
    imports = ("confluent/meta.proto", "confluent/type/decimal.proto", "google/type/money.proto")
    assert read(_schema(file("x.proto", used, imports=imports)), record(b"\0\x0a\x02hi\x12\x02\x0a\0")).text == "hi"


@pytest.mark.parametrize("imports", ["other.proto", "google/protobuf/nothing.proto", "google/protobuf/../os.proto"])
def test_files_that_are_not_there(imports: str) -> None:
    schema = file("x.proto", message("Message", "string text"), imports=(imports,))
    assert reason_of(_schema, schema) == "SCHEMA_UNUSABLE"


def test_broken_schemas() -> None:
    clash = file("x.proto", message("Message", "agents.Nothing text"))
    assert reason_of(_schema, clash) == "SCHEMA_UNUSABLE"
    circle = file("x.proto", message("Message", "string text"), imports=("agents/emotion.proto",))
    back = file("agents/emotion.proto", message("E", "string x"), imports=("emotag/registered.proto",))
    references = {"agents/emotion.proto": _text(back)}
    assert reason_of(ready, "PROTOBUF", _text(circle), **references) == "SCHEMA_UNUSABLE"
    for text in ('syntax = "proto3";', "####", base64.b64encode(b"\xff" * 50).decode(), "é"):
        assert reason_of(ready, "PROTOBUF", text) == "SCHEMA_UNUSABLE"


@given(st.binary(max_size=200))
def test_hostile_bytes(payload: bytes) -> None:
    schema = _schema()
    for start in (b"", SECOND):
        with contextlib.suppress(UntaggableError):
            one = record(start + payload)
            read(schema, one).place.write(one, TAG)
