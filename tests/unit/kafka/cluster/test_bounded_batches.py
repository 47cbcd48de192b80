"""Consumers unpack batches to a bounded size; what cannot be read stands in its place, and nothing is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition, codec
from aiokafka.consumer import fetcher
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder

from emotag_service.kafka.cluster import aiokafka_private, producers
from emotag_service.kafka.cluster.aiokafka_private import bound_batches
from emotag_service.kafka.cluster.consumers import as_record
from emotag_service.kafka.errors import UnreadableBatchError
from emotag_service.kafka.records.record import Outgoing, Written

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
BOMB_BYTES = 2 << 20


@pytest.fixture(autouse=True)
def low_bound() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiokafka_private, "_UNPACKED_BYTES", 1 << 20)
        bound_batches()
        yield
    bound_batches()


def batch(values: list[bytes], *, first: int, kind: str = "none") -> bytes:
    builder = DefaultRecordBatchBuilder(2, CODECS[kind], 0, -1, -1, 0, 1 << 30)
    for number, value in enumerate(values):
        builder.append(number, 1, None, value, [])
    made = bytearray(builder.build())
    made[:8] = first.to_bytes(8, "big")  # as the broker does, outside of what the checksum is of
    return bytes(made)


def read(log: bytes, start: int = 0, *, check_crcs: bool = True) -> Any:
    return fetcher.PartitionRecords(
        TopicPartition("in", 3), fetcher.MemoryRecords(log), [], start, None, None, check_crcs, fetcher.READ_COMMITTED
    )


def test_what_can_be_read_is() -> None:
    log = batch([b"a", b"b"], first=0) + batch([b"c" * 100_000] * 5, first=2, kind="gzip")
    records = list(read(log))
    assert [record.offset for record in records] == list(range(7))
    assert as_record(records[6]).value == b"c" * 100_000


@pytest.mark.parametrize(("magic", "timestamp"), [(0, None), (1, -1)])
def test_records_of_the_formats_before_have_no_timestamp_and_can_be_written(magic: int, timestamp: int | None) -> None:
    builder = LegacyRecordBatchBuilder(magic, 0, 10_000)
    builder.append(0, timestamp, b"k", b"v")
    (found,) = read(bytes(builder.build()))
    record = as_record(found)
    assert record.timestamp == -1
    batch = BatchBuilder(1 << 20, 0)
    assert producers._append(batch, Written(0, Outgoing("out", 0, record.timestamp, record.key, record.value)))


@pytest.mark.parametrize("kind", list(CODECS)[1:])
def test_a_bomb_is_an_error_in_its_place(kind: str) -> None:
    if not getattr(codec, f"has_{kind}")():
        pytest.skip(f"{kind} needs cramjam")
    log = (
        batch([b"a", b"b"], first=10) + batch([bytes(BOMB_BYTES), b"x"], first=12, kind=kind) + batch([b"z"], first=14)
    )
    found = read(log, 10)
    *before, error = found
    assert [record.offset for record in before] == [10, 11]
    assert found.next_fetch_offset == 12
    assert isinstance(error, UnreadableBatchError)
    for said in ("in/3", "offsets 12 to 13", "more than 1 MiB", "--topic in:3", "--to-offset 14"):
        assert said in str(error)
    assert (error.offset, error.exit_code) == (12, 3)
    with pytest.raises(UnreadableBatchError):
        as_record(error)


def test_what_is_read_with_another_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "has_lz4", lambda: False)
    log = bytearray(batch([b"a"], first=0))
    log[22] = CODECS["lz4"]
    [error] = read(bytes(log), check_crcs=False)
    assert "lz4" in str(error)
    assert "pip install cramjam" in str(error)


def test_a_bomb_of_the_old_format_is_one_too() -> None:
    builder = LegacyRecordBatchBuilder(1, CODECS["gzip"], 1 << 30)
    builder.append(0, 1, None, bytes(BOMB_BYTES))
    [error] = read(bytes(builder.build()))
    assert isinstance(error, UnreadableBatchError)


def test_many_batches_below_the_bound_come_one_after_the_other_and_none_is_lost() -> None:
    values = [bytes([number]) * 500_000 for number in range(100)]
    batches = [batch(values[at : at + 2], first=at, kind="gzip") for at in range(0, 100, 2)]
    partition, state = TopicPartition("in", 3), SimpleNamespace(paused=False, position=0)
    state.consumed_to = lambda offset: setattr(state, "position", offset)
    assignment = SimpleNamespace(active=True, state_value=lambda _: state)
    seen, reads = [], 0
    while state.position < 100:
        log = b"".join(batches[state.position // 2 :])  # as brokers do, from the batch on that has the offset
        records = read(log, state.position)
        answer = fetcher.FetchResult(partition, assignment=assignment, partition_records=records, backoff=0)
        found = answer.getall(1024)
        assert sum(len(record.value) for record in found) < 2 << 20
        assert not answer.has_more()  # aiokafka fetches again
        seen += found
        reads += 1
    assert [(record.offset, record.value) for record in seen] == list(enumerate(values))
    assert reads == 34


def test_a_header_whose_name_is_not_utf_8_is_an_error_in_its_place() -> None:
    builder = DefaultRecordBatchBuilder(2, CODECS["none"], 0, -1, -1, 0, 1 << 30)
    for number, name in enumerate(("fine", "\x01\x01", "fine")):
        builder.append(number, 1, None, b"a", [(name, b"")])
    log = bytes(builder.build()).replace(b"\x01\x01", b"\xff\xff")
    found = read(log, check_crcs=False)
    record, error = found
    assert (record.offset, found.next_fetch_offset) == (0, 1)
    assert isinstance(error, UnreadableBatchError)
    assert "offsets 1 to 2: a header's name is not UTF-8" in str(error)
