"""How many bytes a record takes in a topic, as `max.message.bytes` counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag_service.kafka.record import Headers

# A record batch of version 2, uncompressed (https://kafka.apache.org/documentation/#recordbatch): 61 bytes of its own,
# then per record a length, attributes, the differences of timestamp and offset to the batch's (0 in a batch of one),
# and lengths before key, value, headers, and before the parts of each header.
_BATCH = 61
_FIXED = 3  # attributes and the two differences
_VARINT = 5  # bytes of a length, at most
_UTF8_WIDEST = 4  # bytes of a character


def fits(key: bytes | None, value: bytes | None, headers: Headers, limit: int) -> bool:
    """Whether the record, in a batch of its own, is one that a topic with this `max.message.bytes` accepts."""
    most = _BATCH + _FIXED + 4 * _VARINT + len(key or b"") + len(value or b"")
    for name, content in headers:
        most += 2 * _VARINT + _UTF8_WIDEST * len(name) + len(content or b"")
    return most <= limit or batch_bytes(key, value, headers) <= limit


def batch_bytes(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """Bytes of a batch that holds this record alone."""
    body = _FIXED + _field(key) + _field(value) + _varint(len(headers))
    for name, content in headers:
        body += _field(name.encode("utf-8", "surrogatepass")) + _field(content)
    return _BATCH + _varint(body) + body


def _field(content: bytes | None) -> int:
    return _varint(-1) if content is None else _varint(len(content)) + len(content)


def _varint(number: int) -> int:
    """Bytes of a number as a zigzag varint: seven bits in each."""
    zigzag = number << 1 if number >= 0 else (-number << 1) - 1
    return max(1, (zigzag.bit_length() + 6) // 7)
