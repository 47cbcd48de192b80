"""Framing: what Confluent's serializers put before a value, or into a header, to say which schema it was written by.

Before the value: a byte 0 and the schema's id, four bytes, the most significant first. In the header: a byte 1 and the
sixteen bytes of the schema's GUID, or the same as before the value. For Protobuf both are followed by the indexes of
the message in its file: zigzag varints, their count first; a lone 0 stands for the first message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from emotag_service.messages.untaggable import SCHEMA_MISMATCH, UntaggableError

if TYPE_CHECKING:
    from emotag_service.kafka.records.record import Record

SCHEMA_ID_HEADER = "__value_schema_id"
SchemaKey = int | UUID
"""What a registry knows a schema by: its id, or its GUID."""

_MOST_INDEXES = 64  # messages in messages, as deep as a schema may nest
_MOST_VARINT_BYTES = 10


class Framing(NamedTuple):
    """The framing of a value.

    Attributes:
        key: Of the schema.
        start: Where in the value what follows the id begins.
        indexes: What follows the id in the header; None where the id stands before the value.
    """

    key: SchemaKey
    start: int
    indexes: bytes | None = None


def framing_of(record: Record) -> Framing | None:
    """Find the framing of a record's value; None where it has none.

    Raises:
        UntaggableError: SCHEMA_MISMATCH for a header of that name that is no framing.
    """
    value = record.value or b""
    for name, content in record.headers:
        if name == SCHEMA_ID_HEADER and content is not None:
            return _in_header(content)
    return Framing(int.from_bytes(value[1:5]), 5) if value[:1] == b"\0" and len(value) >= 5 else None


def _in_header(content: bytes) -> Framing:
    if content[:1] == b"\1" and len(content) >= 17:
        return Framing(UUID(bytes=content[1:17]), 0, content[17:])
    if content[:1] == b"\0" and len(content) >= 5:
        return Framing(int.from_bytes(content[1:5]), 0, content[5:])
    raise mismatch(f"the header {SCHEMA_ID_HEADER} holds neither the id nor the GUID of a schema")


def message_indexes(framing: Framing, value: bytes) -> tuple[tuple[int, ...], int]:
    """Read the indexes of a Protobuf message, and where in the value the message begins.

    Raises:
        UntaggableError: SCHEMA_MISMATCH.
    """
    if framing.indexes is not None:
        return _indexes(framing.indexes, 0)[0], framing.start
    return _indexes(value, framing.start)


def _indexes(data: bytes, at: int) -> tuple[tuple[int, ...], int]:
    try:
        count, at = zigzag(data, at)
        if not 0 <= count <= _MOST_INDEXES:
            raise mismatch("the list of message indexes says that it is longer than any is")
        found = []
        for _ in range(count):
            index, at = zigzag(data, at)
            found.append(index)
    except IndexError:
        raise mismatch("the list of message indexes is cut") from None
    return tuple(found) or (0,), at


def zigzag(data: bytes, at: int) -> tuple[int, int]:
    """Read a zigzag varint; return it and where it ends.

    Raises:
        IndexError: The data ends in it.
        UntaggableError: SCHEMA_MISMATCH for one that is longer than any is.
    """
    byte = data[at]
    number, shift, at = byte & 0x7F, 7, at + 1
    while byte & 0x80:
        if shift == 7 * _MOST_VARINT_BYTES:
            raise mismatch("a number takes more bytes than any does")
        byte = data[at]
        number |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return (number >> 1) ^ -(number & 1), at


def mismatch(detail: str) -> UntaggableError:
    """Make the error of a value that is not what its schema says."""
    return UntaggableError(SCHEMA_MISMATCH, detail)
