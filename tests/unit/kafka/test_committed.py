"""What a group has committed: a coordinator that cannot say is asked again, and is never taken for "nothing"."""

from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import GroupAuthorizationFailedError
from aiokafka.protocol.commit import OffsetFetchResponse_v1, OffsetFetchResponse_v3

from emotag_service.kafka import committed
from emotag_service.kafka.committed import committed_offset

PARTITION = TopicPartition("chat", 3)
LOADING, GONE, REFUSED = 14, 16, 30


def reply(code=0, offset=None):
    """As Apache Kafka words it: with an error, no partition is listed."""
    return OffsetFetchResponse_v3(0, [] if code else [("chat", [(3, offset, "", 0)])], code)


class Coordinator(GroupCoordinator):
    """aiokafka's own, with replies from a list instead of a broker."""

    def __init__(self, replies):
        self.group_id, self._retry_backoff_ms = "taggers", 1
        self.replies, self.deaths = list(replies), 0

    async def ensure_coordinator_known(self):
        pass

    async def _send_req(self, request):
        return self.replies.pop(0)

    def coordinator_dead(self):
        self.deaths += 1


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(committed, "_PAUSE_SECONDS", 0)


def consumer_of(*replies):
    coordinator = Coordinator(replies)

    async def ask(partition):  # what AIOKafkaConsumer.committed does
        found = await coordinator.fetch_committed_offsets([partition])
        return found[partition].offset if partition in found else None

    return SimpleNamespace(_coordinator=coordinator, committed=ask)


async def test_an_offset_is_taken_at_its_word():
    consumer = consumer_of(reply(offset=7))
    assert await committed_offset(consumer, PARTITION) == 7
    assert consumer._coordinator.replies == []


async def test_nothing_is_believed_of_a_reply_without_an_error():
    assert await committed_offset(consumer_of(reply(offset=-1), reply(offset=-1)), PARTITION) is None
    without = OffsetFetchResponse_v3(0, [], 0)
    assert await committed_offset(consumer_of(without, without), PARTITION) is None


async def test_a_coordinator_that_loads_is_asked_until_it_knows():
    loading = [reply(LOADING)] * 4
    assert await committed_offset(consumer_of(*loading, reply(offset=7)), PARTITION) == 7
    assert await committed_offset(consumer_of(reply(LOADING), reply(offset=7)), PARTITION) == 7


async def test_another_coordinator_is_looked_for():
    consumer = consumer_of(reply(GONE), reply(GONE), reply(offset=7))
    assert await committed_offset(consumer, PARTITION) == 7
    assert consumer._coordinator.deaths == 1


async def test_a_refusal_is_raised():
    with pytest.raises(GroupAuthorizationFailedError):
        await committed_offset(consumer_of(reply(REFUSED), reply(REFUSED)), PARTITION)


async def test_errors_of_a_partition_are_read_where_there_are_no_others():
    loading = OffsetFetchResponse_v1([("chat", [(3, -1, "", LOADING)])])
    known = OffsetFetchResponse_v1([("chat", [(3, 7, "", 0)])])
    none = OffsetFetchResponse_v1([("chat", [(3, -1, "", 0)])])
    assert await committed_offset(consumer_of(loading, known), PARTITION) == 7
    assert await committed_offset(consumer_of(none, loading, known), PARTITION) == 7
