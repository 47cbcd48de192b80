"""Reading to the end, against a consumer that does as it is told; tests of integration have the real one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.dead_letters import reader as reading
from emotag_service.kafka.dead_letters.reader import Reader
from emotag_service.kafka.errors import ClusterError, UnreadableBatchError

PLACE = TopicPartition("lost", 0)


class Consumer:
    """Holds records at some offsets; the offsets between and after them are markers of transactions."""

    def __init__(self, offsets: list[int], *, begin: int = 0, end: int, grows: bool = False, broken: int = -1) -> None:
        self.offsets = offsets
        self.begin = begin
        self.end = end
        self.grows = grows
        self.broken = broken
        self.at = 0
        self.stuck = False

    def assign(self, places: list[TopicPartition]) -> None:
        assert places == [PLACE]

    async def beginning_offsets(self, _: object) -> dict[TopicPartition, int]:
        return {PLACE: self.begin}

    async def end_offsets(self, _: object) -> dict[TopicPartition, int]:
        return {PLACE: self.end}

    def seek(self, _: TopicPartition, offset: int) -> None:
        self.at = offset

    async def position(self, _: TopicPartition) -> int:
        return self.at

    async def getmany(self, *_: object, max_records: int, **__: object) -> dict[TopicPartition, list[Any]]:
        if self.stuck:
            return {}
        found = [offset for offset in self.offsets if offset >= self.at][:max_records]
        self.at = found[-1] + 1 if found else self.end
        if self.grows:
            self.offsets.append(self.offsets[-1] + 1)
        if self.broken not in found:
            return {PLACE: [_one(offset) for offset in found]}
        self.at = self.broken
        return {PLACE: [*[_one(offset) for offset in found if offset < self.broken], _batch(self.broken)]}


def _batch(offset: int) -> UnreadableBatchError:
    """Of two offsets."""
    return UnreadableBatchError("lost", 0, offset, offset + 2, "it is broken")


def _one(offset: int) -> SimpleNamespace:
    return SimpleNamespace(
        topic="lost", partition=0, offset=offset, timestamp=5, key=None, value=b"v", headers=[("a", None)]
    )


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch):
    """Reads everything of a consumer; `seen` gets the offsets as they come."""

    async def run(consumer: Consumer, seen: list[int] | None = None, **options: Any) -> list[int]:
        monkeypatch.setattr(reading, "lone_consumer", lambda *_, **__: consumer)
        offsets = [] if seen is None else seen
        async for records in Reader(ClientSettings(bootstrap=("a:1",))).batches(PLACE, **options):
            offsets += [record.offset for record in records]
        return offsets

    return run


async def test_everything_up_to_the_end(read):
    assert await read(Consumer([0, 1, 4, 7], end=9), most=2) == [0, 1, 4, 7]


async def test_an_empty_partition(read):
    assert await read(Consumer([], end=0)) == []


async def test_from_an_offset_on(read):
    assert await read(Consumer([0, 1, 4, 7], end=9), start=4) == [4, 7]
    assert await read(Consumer([0, 1, 4, 7], end=9), start=9) == []


async def test_what_is_not_kept_any_more_is_passed_over(read):
    assert await read(Consumer([6, 7], begin=6, end=8), start=2) == [6, 7]


async def test_what_comes_while_it_reads_is_left_for_the_next_time(read):
    assert await read(Consumer([0, 1, 2], end=3, grows=True), most=1) == [0, 1, 2]


async def test_what_cannot_be_read_is_raised_behind_what_comes_before_it(read):
    seen: list[int] = []
    with pytest.raises(UnreadableBatchError, match="lost/0: the batch of offsets 3 to 4: it is broken"):
        await read(Consumer([0, 1, 3, 4, 5], end=6, broken=3), seen)
    assert seen == [0, 1]


async def test_what_cannot_be_read_is_told_of_and_passed_over(read):
    told: list[UnreadableBatchError] = []
    assert await read(Consumer([0, 1, 3, 4, 5], end=6, broken=3), unread=told.append) == [0, 1, 5]
    assert [batch.offset for batch in told] == [3]


async def test_a_cluster_that_gives_nothing_is_given_up(read, monkeypatch: pytest.MonkeyPatch):
    now = iter(range(0, 10_000, 30))
    monkeypatch.setattr(reading, "time", SimpleNamespace(monotonic=lambda: next(now)))
    consumer = Consumer([0], end=1)
    consumer.stuck = True
    with pytest.raises(ClusterError, match="lost/0: nothing came; is the cluster up"):
        await read(consumer)


async def test_a_record_is_taken_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "lone_consumer", lambda *_, **__: Consumer([3], end=4))
    reader = Reader(ClientSettings(bootstrap=("a:1",)))
    [[record]] = [records async for records in reader.batches(PLACE)]
    assert (record.topic, record.offset, record.timestamp, record.key, record.value) == ("lost", 3, 5, None, b"v")
    assert record.headers == (("a", None),)
