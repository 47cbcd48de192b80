"""The walker agrees with the runtime on what is valid, and never reads beyond the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag.v1.message_pb2 import Message
from emotag_service.grpc.wire import MalformedError, fields


def test_fields_of_a_message_are_found() -> None:
    message = Message(id="m1", text="hello", sender="planner")
    message.time_to_live.seconds = 3
    data = message.SerializeToString()
    found = {number: data[start:end] for number, start, end in fields(data)}
    assert found == {1: b"m1", 2: b"hello", 4: b"planner", 6: message.time_to_live.SerializeToString()}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\x08\x96\x01", [(1, 1, 3)]),  # varint
        (b"\x09" + bytes(8), [(1, 1, 9)]),  # 64 bits
        (b"\x0d" + bytes(4), [(1, 1, 5)]),  # 32 bits
        (b"\x12\x00\x12\x00", [(2, 2, 2), (2, 4, 4)]),  # empty messages
    ],
)
def test_every_wire_type_has_its_extent(data: bytes, expected: list[tuple[int, int, int]]) -> None:
    assert list(fields(data)) == expected


@pytest.mark.parametrize(
    "data",
    [b"\x80", b"\x12", b"\x12\x05abc", b"\x12" + b"\xff" * 11, b"\x0b", b"\x0e", b"\x09\x00", b"\x08"],
    ids=["tag", "length missing", "short", "endless length", "group", "unknown type", "short fixed", "no value"],
)
def test_broken_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        list(fields(data))


@given(st.binary(max_size=200))
def test_random_bytes_are_walked_within_bounds_or_refused(data: bytes) -> None:
    try:
        found = list(fields(data))
    except MalformedError:
        return
    assert all(0 < start <= end <= len(data) for _, start, end in found)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary(max_size=10).map(bytes.hex))
def test_whatever_the_runtime_writes_is_walked_to_its_end(text: str, identifier: str) -> None:
    data = Message(id=identifier, text=text).SerializeToString()
    assert max((end for _, _, end in fields(data)), default=0) == len(data)
