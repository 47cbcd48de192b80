"""Framed values, schemas made ready, and what becomes of a record by them."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer

from emotag_service.kafka.records.paths import make_fields, parse_path
from emotag_service.kafka.records.record import Record
from emotag_service.kafka.records.schemas.framing import framing_of
from emotag_service.kafka.records.schemas.schema import RegisteredSchema, SchemaText
from emotag_service.kafka.records.schemas.schema_codec import make_schema
from emotag_service.messages.untaggable import UntaggableError

PREFIX = b"\0\0\0\0\7"


def record(payload: bytes, *headers: tuple[str, bytes | None], prefix: bytes = PREFIX) -> Record:
    return Record("in", 0, 7, 1, b"k", prefix + payload, headers)


def ready(
    kind: str, text: Any, *, text_field: str = "text", tag_field: str | None = "emotion", **references: str
) -> RegisteredSchema:
    spelled = text if isinstance(text, str) else json.dumps(text)
    tag = None if tag_field is None else parse_path("--tag-field", tag_field)
    return make_schema(SchemaText(kind, spelled, references), make_fields(text_field), tag)


def read(schema: RegisteredSchema, one: Record) -> Any:
    framing = framing_of(one)
    assert framing is not None
    return schema.read(one, framing)


def written(schema: RegisteredSchema, one: Record, tag: Any) -> bytes:
    value, headers = read(schema, one).place.write(one, tag)
    assert headers == one.headers
    return value


def encoded(schema: Any, values: Any) -> bytes:
    buffer = BytesIO()
    schemaless_writer(buffer, parse_schema(schema), values)
    return buffer.getvalue()


def decoded(schema: Any, value: bytes) -> Any:
    """What an Avro value says, and that there is nothing behind it."""
    buffer = BytesIO(value.removeprefix(PREFIX))
    found = schemaless_reader(buffer, parse_schema(schema), None)
    assert not buffer.read()
    return found


def sender_of(schema: RegisteredSchema, one: Record) -> str | None:
    """Who said what cannot be tagged, as far as its error knows."""
    with pytest.raises(UntaggableError) as caught:
        read(schema, one)
    return caught.value.sender


def reason_of(call: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(UntaggableError) as caught:
        call(*arguments, **options)
    return caught.value.fault.reason
