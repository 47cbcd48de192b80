from __future__ import annotations

from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from emotag_service.kafka.errors import ClusterError, UnreadableBatchError
from emotag_service.kafka.records.record import Source
from emotag_service.kafka.tagging.feed import Feed
from emotag_service.kafka.tagging.settings import LoopSettings


class Consumer:
    """As strict as aiokafka's about partitions that are not assigned."""

    def __init__(self, *assigned):
        self._assigned = set(assigned)
        self.paused = []

    def assignment(self):
        return frozenset(self._assigned)

    def highwater(self, partition):
        assert partition in self._assigned, "Partition is not assigned"
        return 7

    def pause(self, *partitions):
        assert self._assigned.issuperset(partitions)
        self.paused.extend(partitions)

    async def getmany(self, *partitions, **options):
        error = UnreadableBatchError("in", 0, 8, 9, "it is broken")
        found = SimpleNamespace(topic="in", partition=0, offset=7, timestamp=1, key=None, value=b"a", headers=())
        return {TopicPartition("in", 0): [found, error], TopicPartition("in", 1): [error]}


@pytest.fixture
async def feed():
    made = Feed(LoopSettings(group="g", topics=("in",)), {"bootstrap_servers": "127.0.0.1:1"})
    made._consumer._closed = True  # it was never started: there is nothing to warn of
    made._consumer = Consumer(TopicPartition("in", 0))
    return made


async def test_what_was_taken_away_has_no_end(feed):
    assert feed.end(Source("in", 0)) == 7
    assert feed.end(Source("in", 1)) is None


async def test_what_was_taken_away_is_not_held_back(feed):
    feed.hold([Source("in", 0), Source("in", 1)])
    assert feed._consumer.paused == [TopicPartition("in", 0)]
    assert feed.assigned() == {Source("in", 0)}


async def test_what_cannot_be_read_stands_in_its_place(feed):
    found = await feed.poll([Source("in", 0), Source("in", 1)], 0.0)
    record, error = found[Source("in", 0)]
    assert (record.offset, type(error)) == (7, UnreadableBatchError)
    assert [type(one) for one in found[Source("in", 1)]] == [UnreadableBatchError]


class Short(Consumer):
    """Finds no record at an offset: the partition holds 5 to 9."""

    def __init__(self, offset):
        super().__init__(TopicPartition("in", 0))
        self.offset, self.sought = offset, []

    async def getmany(self, *partitions, **options):
        raise OffsetOutOfRangeError({TopicPartition("in", 0): self.offset})

    async def beginning_offsets(self, partitions):
        return dict.fromkeys(partitions, 5)

    async def end_offsets(self, partitions):
        return dict.fromkeys(partitions, 10)

    def seek(self, partition, offset):
        self.sought.append((partition, offset))


@pytest.mark.parametrize(("offset", "then"), [(4, 5), (10, 10)])
async def test_an_offset_that_expired_is_passed_over_and_the_end_is_none(feed, offset, then):
    feed._consumer = Short(offset)
    assert await feed.poll([Source("in", 0)], 0.0) == {}
    assert feed._consumer.sought == [(TopicPartition("in", 0), then)]


async def test_an_offset_behind_the_end_is_an_error(feed):
    feed._consumer = Short(11)
    with pytest.raises(
        ClusterError, match=r"in/0: group g .* offset 11, .* ends at 10: .* --topic in:0 --reset-offsets"
    ):
        await feed.poll([Source("in", 0)], 0.0)
    assert feed._consumer.sought == []
