from __future__ import annotations

from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition

from emotag_service.kafka.errors import UnreadableBatchError
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
