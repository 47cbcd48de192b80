from __future__ import annotations

import pytest
from aiokafka import TopicPartition

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
