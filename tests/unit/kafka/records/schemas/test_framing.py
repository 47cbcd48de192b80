"""Framings, held against those of Confluent's own serializers."""

from __future__ import annotations

import contextlib
from uuid import UUID

import pytest
from confluent_kafka.schema_registry import _MAGIC_BYTE_V0, _VALUE_SCHEMA_ID
from confluent_kafka.schema_registry.serde import SchemaId
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.record import Record
from emotag_service.kafka.records.schemas.framing import SCHEMA_ID_HEADER, Framing, framing_of, message_indexes
from emotag_service.messages.untaggable import UntaggableError
from tests.unit.kafka.records.schemas.framed import reason_of

IDS = st.integers(0, 2**32 - 1)
INDEXES = st.lists(st.integers(0, 2**31), min_size=1, max_size=8)


def _record(value: bytes, *headers: tuple[str, bytes | None]) -> Record:
    return Record("in", 0, 0, 0, None, value, headers)


def test_the_header_is_confluents() -> None:
    assert SCHEMA_ID_HEADER == _VALUE_SCHEMA_ID
    assert _MAGIC_BYTE_V0 == 0


@given(IDS, st.none() | INDEXES, st.binary(max_size=20))
def test_what_stands_before_a_value_is_read_back(number: int, indexes: list[int] | None, payload: bytes) -> None:
    value = SchemaId("PROTOBUF", number, message_indexes=indexes).id_to_bytes() + payload
    framing = framing_of(_record(value))
    assert framing == Framing(number, 5)
    if indexes is None:
        assert value[framing.start :] == payload
    else:
        found, start = message_indexes(framing, value)
        assert (list(found), value[start:]) == (indexes, payload)


@given(st.uuids(), st.none() | INDEXES, st.binary(max_size=20))
def test_what_stands_in_the_header_is_read_back(guid: UUID, indexes: list[int] | None, payload: bytes) -> None:
    header = SchemaId("PROTOBUF", guid=str(guid), message_indexes=indexes).guid_to_bytes()
    framing = framing_of(_record(payload, ("other", b"x"), (SCHEMA_ID_HEADER, header)))
    assert framing is not None
    assert (framing.key, framing.start) == (guid, 0)
    if indexes is not None:
        assert message_indexes(framing, payload) == (tuple(indexes), 0)


def test_the_header_counts_for_more_than_what_stands_before_the_value() -> None:
    header = (SCHEMA_ID_HEADER, b"\0\0\0\0\x09")
    assert framing_of(_record(b"\0\0\0\0\1x", header)) == Framing(9, 0, b"")
    assert framing_of(_record(b"\0\0\0\0\1x", (SCHEMA_ID_HEADER, None))) == Framing(1, 5)


@pytest.mark.parametrize("value", [b"", b"\0", b"\0\0\0\1", b'{"text": 1}', b"\1\0\0\0\1x"])
def test_most_values_have_none(value: bytes) -> None:
    assert framing_of(_record(value)) is None


@pytest.mark.parametrize("content", [b"", b"\1", b"\1" + b"x" * 15, b"\0\0\0\1", b"\2" + b"x" * 16])
def test_a_header_that_holds_no_id_is_a_fault(content: bytes) -> None:
    assert reason_of(framing_of, _record(b"x", (SCHEMA_ID_HEADER, content))) == "SCHEMA_MISMATCH"


@pytest.mark.parametrize(
    "indexes",
    [
        b"",
        b"\x01",  # a count of -1
        b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # a count of billions
        b"\x04\x02",  # two, and one is there
        b"\xff" * 100,
    ],
)
def test_hostile_lists_of_indexes(indexes: bytes) -> None:
    assert reason_of(message_indexes, Framing(1, 0), indexes) == "SCHEMA_MISMATCH"
    assert reason_of(message_indexes, Framing(1, 0, indexes), b"x") == "SCHEMA_MISMATCH"


@given(st.binary(max_size=40), st.none() | st.binary(max_size=40))
def test_whatever_comes_is_a_frame_none_or_a_fault(value: bytes, header: bytes | None) -> None:
    with contextlib.suppress(UntaggableError):
        framing = framing_of(_record(value, (SCHEMA_ID_HEADER, header)))
        if framing is not None:
            message_indexes(framing, value)
