"""The batches of a consumer's answer, looked at before records are made of them: bytes do not tell what those take.

A header without a name and a value takes two bytes, and objects of some 80; 64 MiB of them are gigabytes, and half a
minute of the event loop. So they are counted in the bytes (https://kafka.apache.org/documentation/#recordbatch). What
a record says of its own length may be a lie, which aiokafka notices last: it is not what headers are counted by.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from aiokafka.errors import CorruptRecordException, UnsupportedCodecError
from aiokafka.record.memory_records import MemoryRecords

from emotag_service.kafka.cluster.unpacking import UnpackError
from emotag_service.kafka.errors import UnreadableBatchError
from emotag_service.kafka.records.headers import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiokafka import TopicPartition

MOST_HEADERS = 10_000  # of one record, beside those that the tagger writes
_OUR_HEADERS = 100  # at most: what is written to outputs and as dead letters is read again
_MOST_PARTS = 800_000  # records and headers of one batch
_FEW_BYTES = 1024 * 1024  # no batch of a producer as shipped has more; the headers that fit in can be made and counted
_OFFSET_BYTES, _SIZE_BYTES = 8, 4  # what a batch begins with: its size is that of all behind these two
_MAGIC_AT, _RECORDS_AT = 16, 61
_PRESENT_FORMAT = 2

# Of the first ones aiokafka knows; the last are what its decoders, compiled and not, trip over in a malformed batch.
BROKEN = (UnpackError, UnsupportedCodecError, UnicodeDecodeError, CorruptRecordException, SystemError, struct.error)
"""What a batch that cannot be read raises."""


class Batches:
    """The batches of one answer for one partition, in the place of aiokafka's."""

    def __init__(self, data: bytes) -> None:
        """Hand out those that these bytes hold."""
        self._data = data
        self._records = MemoryRecords(data)
        self._following = 0  # where the next one begins
        self._last: Any = None

    def size_in_bytes(self) -> int:
        """Bytes of the answer."""
        return len(self._data)

    def has_next(self) -> bool:
        """Whether there is another that is whole."""
        there: bool = self._records.has_next()
        return there

    def next_batch(self) -> Any:
        """The next one. Raises CorruptRecordException."""
        begin, self._last = self._following, None
        batch = self._records.next_batch()
        size_at = begin + _OFFSET_BYTES
        self._following = size_at + _SIZE_BYTES + self._number(size_at, _SIZE_BYTES)
        self._last = batch
        records = slice(begin + _RECORDS_AT, self._following)
        if records.stop - records.start <= _FEW_BYTES or self._data[begin + _MAGIC_AT] < _PRESENT_FORMAT:
            return batch
        if batch.compression_type or batch.is_control_batch:  # the first is looked at once it is unpacked
            return batch
        return _Checked(batch, self._data[records])

    def unreadable(self, partition: TopicPartition, error: Exception, following: int) -> UnreadableBatchError:
        """Say what cannot be read for an error of `BROKEN`, and where to go on behind it.

        `following` is the offset behind the last record that was read.
        """
        alone: int | None = getattr(error, "offset", None)  # a record's; all others of its batch can be read
        offset, behind = (following, self._behind(following)) if alone is None else (alone, alone + 1)
        return UnreadableBatchError(partition.topic, partition.partition, offset, behind, reason(error))

    def _behind(self, offset: int) -> int:
        """The offset behind the last batch, where this one and what follows cannot be read.

        A broken batch may lie about it: no more is passed over than what lies before the next one in the answer.
        """
        if self._last is None:
            return offset + 1
        found: int = self._last.next_offset
        if len(self._data) - self._following >= _OFFSET_BYTES:
            found = min(found, self._number(self._following, _OFFSET_BYTES))
        return max(found, offset + 1)

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes(self._data[at : at + size], "big", signed=True)


class _Checked:
    """A batch of aiokafka's whose records are looked at before the first of them is made."""

    def __init__(self, batch: Any, records: bytes) -> None:
        self._batch = batch
        self._records = records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        checked(self._records)
        return iter(self._batch)


def checked(data: bytes) -> bytes:
    """Return the records of a batch as they are, once it is unpacked.

    Raises:
        UnpackError: One has too many headers, or there are too many of both; or they are malformed.
    """
    if len(data) <= _FEW_BYTES:
        return data
    at = parts = 0
    try:
        while at < len(data):
            length, at = _varint(data, at)
            headers = _header_count(data, at)
            if headers > MOST_HEADERS + _OUR_HEADERS:
                raise TooManyHeadersError
            if length < 0 or headers < 0:
                raise _malformed()
            parts += 1 + headers
            if parts > _MOST_PARTS:
                raise UnpackError(f"it has more than {_MOST_PARTS:,} records and headers")
            at += length
    except IndexError:
        raise _malformed() from None
    return data


def _header_count(data: bytes, at: int) -> int:
    """Read how many headers a record has that begins here, behind its length."""
    for _ in range(3):  # attributes, and the differences of timestamp and offset to the batch's
        while data[at] > 0x7F:
            at += 1
        at += 1
    for _ in range(2):  # key and value; of one that is null the length is -1
        length, at = _varint(data, at)
        if length > 0:
            at += length
    return _varint(data, at)[0]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a zigzag varint of 32 bits; return where it ends, too."""
    value = data[at]
    if value > 0x7F:
        value &= 0x7F
        for shift in (7, 14, 21, 28):
            at += 1
            byte = data[at]
            value |= (byte & 0x7F) << shift
            if byte <= 0x7F:
                break
        else:
            raise _malformed()
    return (value >> 1) ^ -(value & 1), at + 1


class TooManyHeadersError(UnpackError):
    """A record has more headers than are read.

    Attributes:
        offset: The record's, where it is known.
    """

    def __init__(self, offset: int | None = None) -> None:
        super().__init__(f"a record has more than {MOST_HEADERS:,} headers")
        if offset is not None:
            self.offset = offset


def check_headers(record: Any) -> None:
    """Refuse a record of aiokafka that has more headers than are read, ours not counted."""
    headers = record.headers
    if len(headers) > MOST_HEADERS and sum(not name.startswith(OURS) for name, _ in headers) > MOST_HEADERS:
        raise TooManyHeadersError(record.offset)


def reason(error: Exception) -> str:
    """What is wrong with a batch, by one of `BROKEN`, in words that quote nothing of it; and how to mend it."""
    match error:
        case UnpackError():
            return str(error)
        case UnsupportedCodecError():
            return f"{error}; install what reads it with: pip install cramjam"
        case UnicodeDecodeError():  # aiokafka decodes nothing else; its words would quote the record
            return "a header's name is not UTF-8"
    return "its checksum is wrong, or it is malformed"


def _malformed() -> UnpackError:
    return UnpackError("it is malformed")
