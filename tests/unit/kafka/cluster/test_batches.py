"""What bytes do not measure is counted before records are made; what is broken stands in its place, and no more of it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition, codec
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.kafka.cluster import batches
from emotag_service.kafka.cluster.aiokafka_private import bound_batches
from emotag_service.kafka.cluster.batches import checked
from emotag_service.kafka.cluster.unpacking import UnpackError
from emotag_service.kafka.errors import UnreadableBatchError

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
SIZE_AT, CRC_AT, ATTRIBUTES_AT, LAST_OFFSET_AT, RECORDS_AT = 8, 17, 21, 23, 61  # in a batch
BROKEN = "its checksum is wrong, or it is malformed"
CONTROL = 0x20


@pytest.fixture(autouse=True)
def bounded() -> None:
    bound_batches()


def batch(
    headers: Sequence[int] = (0, 0), *, first: int = 0, kind: str = "none", value: bytes = b"v", key: bytes = b"k"
) -> bytearray:
    """One of records with so many headers each, all without a name and a value."""
    builder = DefaultRecordBatchBuilder(2, CODECS[kind], 0, -1, -1, 0, 1 << 30)
    for number, count in enumerate(headers):
        builder.append(number, 1, key, value, [("", None)] * count)
    made = bytearray(builder.build())
    made[:8] = first.to_bytes(8, "big")
    return made


def sealed(made: bytearray) -> bytearray:
    """The batch with the checksum of what it holds now."""
    made[CRC_AT:ATTRIBUTES_AT] = calc_crc32c(made[ATTRIBUTES_AT:]).to_bytes(4, "big")
    return made


def read(*log: bytes | bytearray, start: int = 0) -> Any:
    return fetcher.PartitionRecords(
        TopicPartition("in", 3),
        fetcher.MemoryRecords(b"".join(log)),
        [],
        start,
        None,
        None,
        True,
        fetcher.READ_COMMITTED,
    )


def ending(found: Any) -> tuple[list[int], int, str]:
    """The offsets that are read, the position behind them, and what is said of that which is not."""
    *records, error = found
    assert isinstance(error, UnreadableBatchError)
    assert error.offset == found.next_fetch_offset
    return [record.offset for record in records], error.offset, str(error)


def test_as_many_headers_as_may_be_are_read() -> None:
    [record] = read(batch([10_000]))
    assert record.headers == (("", None),) * 10_000


def test_what_the_tagger_adds_to_so_many_is_read_again() -> None:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, 1 << 30)
    builder.append(0, 1_000, None, b"x", [("", None)] * 10_000 + [("emotion-dead-letter-topic", b"in")] * 6)
    builder.append(1, 1_000, None, b"x", [])
    assert [len(record.headers) for record in read(builder.build())] == [10_006, 0]


@pytest.mark.parametrize("kind", list(CODECS))
def test_more_headers_than_a_record_may_have_are_an_error_in_its_place(kind: str) -> None:
    if not getattr(codec, f"has_{kind}", lambda: True)():
        pytest.skip(f"{kind} needs cramjam")
    log = batch(first=10), batch([0, 10_001, 0], first=12, kind=kind), batch(first=15)
    offsets, at, said = ending(read(*log, start=10))
    assert (offsets, at) == ([10, 11, 12], 13)
    assert "in/3: the batch of offsets 13 to 13: a record has more than 10,000 headers; nothing from 13 on" in said
    assert "--to-offset 14" in said
    assert [record.offset for record in read(*log[1:], start=14)] == [14, 15, 16], "the rest of its batch is good"


@pytest.mark.parametrize("kind", ["none", "gzip"])
def test_headers_by_the_million_are_counted_and_not_made(kind: str) -> None:
    log = read(batch([0, 1_000_000], kind=kind))
    tracemalloc.start()
    try:
        offsets, at, said = ending(log)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (offsets, at) == ([], 0)
    assert "offsets 0 to 1: a record has more than 10,000 headers" in said
    assert peak < 20_000_000  # a tuple takes 56 bytes


@pytest.mark.parametrize("kind", ["none", "gzip"])
def test_what_is_large_and_has_few_headers_is_read(kind: str) -> None:
    records = list(read(batch([9_000] * 80, kind=kind, value=b"x" * 50_000), batch(first=80)))
    assert [(record.offset, len(record.headers)) for record in records] == [
        *((number, 9_000) for number in range(80)),
        (80, 0),
        (81, 0),
    ]


@pytest.mark.parametrize("kind", ["none", "gzip"])
def test_more_headers_than_a_batch_may_have_are_an_error_in_its_place(kind: str) -> None:
    _, at, said = ending(read(batch(), batch([9_000] * 90, first=2, kind=kind)))
    assert (at, "it has more than 800,000 records and headers" in said) == (2, True)


def test_a_record_that_lies_about_its_length_hides_no_headers() -> None:
    body = bytes(batch([1_000_000])[RECORDS_AT:])
    at = next(number for number, byte in enumerate(body) if byte < 0x80) + 1  # behind its length
    for lie in (b"\x0c", b"\x0b"):  # 6, and one below zero
        with pytest.raises(UnpackError, match="a record has more than 10,000 headers"):
            checked(lie + body[at:])


@given(
    st.lists(
        st.tuples(
            st.none() | st.binary(max_size=200),
            st.none() | st.binary(max_size=200),
            st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary(max_size=5)), max_size=4),
        ),
        max_size=6,
    ),
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), max_size=2),
)
@settings(max_examples=300, deadline=None)
def test_no_record_has_more_headers_than_were_counted_however_broken(
    records: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]], flips: list[tuple[int, int]]
) -> None:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, 1 << 30)
    for number, (key, value, headers) in enumerate(records):
        builder.append(number, 1_000 * number, key, value, headers)
    log = bytearray(builder.build())
    for at, byte in flips:
        if len(log) > RECORDS_AT:
            log[RECORDS_AT + at % (len(log) - RECORDS_AT)] = byte
    most = max((len(headers) for _, _, headers in records), default=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "_FEW_BYTES", -1)
        patch.setattr(batches, "MOST_HEADERS", most)
        patch.setattr(batches, "_OUR_HEADERS", 0)
        try:
            checked(bytes(log[RECORDS_AT:]))
        except UnpackError:
            assert flips
            return
    try:
        for record in DefaultRecordBatch(bytes(log)):
            assert len(record.headers) <= most
    except (CorruptRecordException, UnicodeDecodeError, SystemError):
        assert flips


def test_the_ends_of_transactions_are_passed_over_whatever_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_FEW_BYTES", -1)
    end = batch([0], first=2, key=b"\0\0\0\1")
    end[ATTRIBUTES_AT + 1] |= CONTROL
    assert [record.offset for record in read(batch(), sealed(end), batch(first=3))] == [0, 1, 3, 4]


@pytest.mark.parametrize("kind", ["none", "gzip"])
def test_a_checksum_that_is_wrong_is_an_error_in_its_place(kind: str) -> None:
    broken = batch(first=2, kind=kind)
    broken[-1] ^= 1
    offsets, at, said = ending(read(batch(), broken, batch(first=4)))
    assert (offsets, at) == ([0, 1], 2)
    assert f"reading in/3: the batch of offsets 2 to 3: {BROKEN}; nothing from 2 on is tagged or committed" in said
    assert "--topic in:3 --reset-offsets --to-offset 4" in said


def test_a_checksum_that_is_wrong_in_the_old_format() -> None:
    builder = LegacyRecordBatchBuilder(1, 0, 1 << 30)
    builder.append(0, 1, None, b"a")
    log = bytearray(builder.build())
    log[-1] ^= 1
    assert f"the batch of offsets 0 to 0: {BROKEN}" in ending(read(log))[2]


@pytest.mark.parametrize("lie", [-5, 0, 1 << 30])
def test_a_broken_batch_that_lies_about_its_end_is_passed_over_and_nothing_behind_it(lie: int) -> None:
    broken = batch(first=2)
    broken[LAST_OFFSET_AT : LAST_OFFSET_AT + 4] = lie.to_bytes(4, "big", signed=True)
    _, at, said = ending(read(batch(), broken, batch(first=4)))
    assert at == 2
    assert f"--to-offset {4 if lie > 0 else 3} " in said


def test_a_batch_that_is_malformed_although_its_checksum_is_right() -> None:
    lengths = batch(first=2)
    lengths[RECORDS_AT] ^= 2  # the first record's length is another
    negative = batch(first=2, value=b"\0" * 20)
    negative[RECORDS_AT + 4] = 0x7F  # the length of its key: more than there is
    cut = batch(first=2)[:-3]
    cut[SIZE_AT : SIZE_AT + 4] = (len(cut) - 12).to_bytes(4, "big")
    for broken in (lengths, negative, cut):
        offsets, at, said = ending(read(batch(), sealed(broken), batch(first=4)))
        assert (offsets, at) in (([0, 1], 2), ([0, 1, 2], 3))
        assert f"the batch of offsets {at} to 3: {BROKEN}" in said


def test_a_batch_too_small_to_be_one() -> None:
    small = batch(first=2)
    small[SIZE_AT : SIZE_AT + 4] = (5).to_bytes(4, "big")
    offsets, at, said = ending(read(batch(), small, batch(first=4)))
    assert (offsets, at) == ([0, 1], 2)
    assert f"the batch of offsets 2 to 2: {BROKEN}" in said
    assert "--to-offset 3 " in said


def test_what_comes_before_a_broken_batch_is_handed_over_with_it_and_the_position_stays() -> None:
    broken = batch(first=2)
    broken[-1] ^= 1
    moved: list[int] = []

    class State:
        paused, position = False, 0
        consumed_to = staticmethod(moved.append)

    class Assignment:
        active = True

        @staticmethod
        def state_value(_: TopicPartition) -> type[State]:
            return State

    answer = fetcher.FetchResult(
        TopicPartition("in", 3), assignment=Assignment, partition_records=read(batch(), broken), backoff=0
    )
    assert [one.offset for one in answer.getall(1024)] == [0, 1, 2]
    assert moved == [2]
