"""The outermost fields of an encoded protobuf message, without decoding what is in them.

Wire format: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5


class MalformedError(ValueError):
    """The bytes are not the encoding of any protobuf message."""


def fields(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (field number, start, end) of every field's content, in the order of the bytes.

    Raises:
        MalformedError: The bytes are no protobuf message.
    """
    at, size = 0, len(data)
    while at < size:
        tag, at = _varint(data, at)
        at, end = _extent(data, at, tag & 7)
        if end > size:
            raise MalformedError("a field goes beyond the end")
        yield tag >> 3, at, end
        at = end


def _extent(data: bytes, at: int, wire_type: int) -> tuple[int, int]:
    if wire_type == _DELIMITED:
        length, at = _varint(data, at)
        return at, at + length
    if wire_type == _VARINT:
        return at, _varint(data, at)[1]
    if wire_type == _FIXED64:
        return at, at + 8
    if wire_type == _FIXED32:
        return at, at + 4
    raise MalformedError(f"wire type {wire_type} is not used by proto3")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise MalformedError("a number does not end")
