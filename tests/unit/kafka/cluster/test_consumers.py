"""What a group has committed: a coordinator that cannot say is asked again, and is never taken for "nothing"."""

from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError, KafkaError
from aiokafka.protocol.commit import OffsetFetchResponse_v1, OffsetFetchResponse_v3

from emotag_service.kafka.cluster import consumers
from emotag_service.kafka.cluster.aiokafka_private import OffsetFetchResponse_v7
from emotag_service.kafka.cluster.consumers import committed_offset
from emotag_service.kafka.errors import TaggerError

PARTITION = TopicPartition("chat", 3)
LOADING, AWAY, GONE, REFUSED, UNSTABLE = 14, 15, 16, 30, 88


def reply(code=0, offset=None, row_code=0):
    """As Apache Kafka words it: with an error of the group, no partition is listed."""
    topics = [] if code else [("chat", [(3, offset, -1, "", row_code, {})], {})]
    return OffsetFetchResponse_v7(0, topics, code, {})


class Coordinator:
    """aiokafka's, with replies from a list instead of a broker."""

    def __init__(self, replies):
        self.group_id, self.replies, self.asked, self.deaths = "taggers", list(replies), [], 0

    async def ensure_coordinator_known(self):
        pass

    async def _send_req(self, request):
        self.asked.append(request)
        answer = self.replies.pop(0)
        if isinstance(answer, KafkaError):
            raise answer
        return answer

    def coordinator_dead(self):
        self.deaths += 1


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(consumers, "_PAUSE_SECONDS", 0)


def consumer_of(*replies):
    return SimpleNamespace(_coordinator=Coordinator(replies))


async def test_an_offset_is_returned_and_zero_is_one():
    consumer = consumer_of(reply(offset=7))
    assert await committed_offset(consumer, PARTITION) == 7
    assert len(consumer._coordinator.asked) == 1
    assert await committed_offset(consumer_of(reply(offset=0)), PARTITION) == 0


async def test_nothing_is_believed_of_a_reply_without_an_error():
    assert await committed_offset(consumer_of(reply(offset=-1)), PARTITION) is None
    assert await committed_offset(consumer_of(OffsetFetchResponse_v7(0, [], 0, {})), PARTITION) is None


async def test_a_coordinator_that_loads_is_asked_until_it_knows():
    assert await committed_offset(consumer_of(*[reply(LOADING)] * 4, reply(offset=7)), PARTITION) == 7


async def test_an_offset_whose_transaction_has_just_ended_is_waited_for():
    unstable = reply(offset=-1, row_code=UNSTABLE)
    assert await committed_offset(consumer_of(unstable, unstable, reply(offset=7)), PARTITION) == 7


@pytest.mark.parametrize("code", [GONE, AWAY])
async def test_another_coordinator_is_looked_for(code):
    consumer = consumer_of(reply(code), reply(offset=7))
    assert await committed_offset(consumer, PARTITION) == 7
    assert consumer._coordinator.deaths == 1


async def test_a_connection_that_breaks_is_made_again():
    assert await committed_offset(consumer_of(KafkaConnectionError(), reply(offset=7)), PARTITION) == 7


async def test_a_refusal_is_raised():
    with pytest.raises(GroupAuthorizationFailedError):
        await committed_offset(consumer_of(reply(REFUSED)), PARTITION)


@pytest.mark.parametrize(
    ("loading", "known"),
    [
        (OffsetFetchResponse_v3(0, [], LOADING), OffsetFetchResponse_v3(0, [("chat", [(3, 7, "", 0)])], 0)),
        (
            OffsetFetchResponse_v1([("chat", [(3, -1, "", LOADING)])]),
            OffsetFetchResponse_v1([("chat", [(3, 7, "", 0)])]),
        ),
    ],
    ids=["v3", "v1"],
)
async def test_older_brokers_are_understood(loading, known):
    assert await committed_offset(consumer_of(loading, known), PARTITION) == 7


async def test_an_offset_that_never_becomes_stable_is_an_error_that_names_the_way_out(monkeypatch):
    monkeypatch.setattr(consumers, "_UNSTABLE_SECONDS", 0)
    unstable = reply(offset=-1, row_code=UNSTABLE)
    with pytest.raises(TaggerError, match=r"chat/3: a transaction .* find-hanging"):
        await committed_offset(consumer_of(*[unstable] * 99), PARTITION)
