"""Framed values are read by their schemas, all others as ever."""

from __future__ import annotations

import pytest

from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.schemas.framing import SchemaKey
from emotag_service.kafka.records.schemas.schema import RegisteredSchema
from emotag_service.kafka.records.schemas.schema_codec import SchemaCodec
from emotag_service.messages.untaggable import Fault
from tests.registry.schemas import avro
from tests.unit.kafka.records.made import make_tag
from tests.unit.kafka.records.schemas.framed import encoded, ready, reason_of, record

KNOWN: dict[SchemaKey, RegisteredSchema | Fault] = {
    7: ready("AVRO", avro()),
    8: Fault("SCHEMA_NOT_FOUND", "it has no schema 8"),
}
CODEC = SchemaCodec(make_codec("auto"), KNOWN)
PAYLOAD = encoded(avro(), {"id": "m", "text": "hello", "cost": b"\1", "sent_at": 0})


def test_a_framed_value_is_read_by_its_schema() -> None:
    one = record(PAYLOAD)
    reading = CODEC.read(one)
    assert reading.text == "hello"
    assert CODEC.write(one, reading, make_tag()) == (one.value, one.headers)


def test_others_are_read_as_ever() -> None:
    assert CODEC.read(record(b'{"text": "hi"}', prefix=b"")).text == "hi"
    assert CODEC.name == "auto"


def test_what_is_known_against_a_schema_is_said() -> None:
    assert reason_of(CODEC.read, record(PAYLOAD, prefix=b"\0\0\0\0\x08")) == "SCHEMA_NOT_FOUND"


def test_a_schema_that_nobody_fetched_is_a_defect() -> None:
    with pytest.raises(KeyError):
        CODEC.read(record(PAYLOAD, prefix=b"\0\0\0\0\x09"))


def test_schemas_of_another_kind() -> None:
    assert reason_of(ready, "XML", "<x/>") == "SCHEMA_UNUSABLE"
