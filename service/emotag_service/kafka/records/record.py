"""A record: what a topic holds, what is written to one, and how many bytes it takes there.

Named tuples, since two are made for every message and a frozen dataclass takes several times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

Headers = tuple[tuple[str, bytes | None], ...]

# A record batch of version 2, uncompressed (https://kafka.apache.org/documentation/#recordbatch): 61 bytes of its own,
# then per record a length, attributes, the differences of timestamp and offset to the batch's (0 in a batch of one),
# and lengths before key, value, headers, and before the parts of each header.
_BATCH_BYTES = 61
_FIXED_BYTES = 3  # attributes and the two differences
_VARINT_BYTES = 5  # bytes of a length, at most
_UTF8_WIDEST = 4  # bytes of a character
HEADER_BYTES = 80  # of memory that a header takes beside its own


class Record(NamedTuple):
    """One record as it was read.

    Attributes:
        topic: Where it was read.
        partition: Of that topic.
        offset: In that partition.
        timestamp: Milliseconds since the epoch.
        key: As written, or None.
        value: As written, or None: a tombstone.
        headers: As written, in order, with duplicates.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def size(self) -> int:
        """See `record_size`."""
        return record_size(self.key, self.value, self.headers)


class Outgoing(NamedTuple):
    """One record to be written.

    Attributes:
        topic: Where to.
        partition: Of that topic; None leaves it to whoever writes (the input's partition where there are as many, else
            by key).
        timestamp: Milliseconds since the epoch.
        key: Or None.
        value: Or None: a tombstone.
        headers: In order, with duplicates.
        dead: Why it goes to a dead-letter topic; empty when it does not.
    """

    topic: str
    partition: int | None
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    dead: str = ""

    @property
    def size(self) -> int:
        """See `record_size`."""
        return record_size(self.key, self.value, self.headers)


@dataclass(frozen=True, slots=True)
class Source:
    """An input partition."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}"


@dataclass(slots=True)
class Written:
    """An outgoing record, and the offset of the record that it stands for."""

    offset: int
    outgoing: Outgoing


def record_size(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """Bytes of key, value and headers, without what the format adds, and of memory that headers take beside.

    Those may be empty and many.
    """
    size = len(key or b"") + len(value or b"") + HEADER_BYTES * len(headers)
    for name, content in headers:
        size += len(name) if name.isascii() else len(name.encode("utf-8", "surrogatepass"))
        size += len(content or b"")
    return size


def fits(key: bytes | None, value: bytes | None, headers: Headers, limit: int) -> bool:
    """Whether the record, in a batch of its own, is one that a topic with this `max.message.bytes` accepts."""
    most = _BATCH_BYTES + _FIXED_BYTES + 4 * _VARINT_BYTES + len(key or b"") + len(value or b"")
    for name, content in headers:
        most += 2 * _VARINT_BYTES + _UTF8_WIDEST * len(name) + len(content or b"")
    return most <= limit or batch_bytes(key, value, headers) <= limit


def batch_bytes(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """Bytes of a batch that holds this record alone."""
    body = _FIXED_BYTES + _field_bytes(key) + _field_bytes(value) + _varint_bytes(len(headers))
    for name, content in headers:
        body += _field_bytes(name.encode("utf-8", "surrogatepass")) + _field_bytes(content)
    return _BATCH_BYTES + _varint_bytes(body) + body


def _field_bytes(content: bytes | None) -> int:
    return _varint_bytes(-1) if content is None else _varint_bytes(len(content)) + len(content)


def _varint_bytes(number: int) -> int:
    """Bytes of a number as a zigzag varint: seven bits in each."""
    zigzag = number << 1 if number >= 0 else (-number << 1) - 1
    return max(1, (zigzag.bit_length() + 6) // 7)
