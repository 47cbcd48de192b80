"""What was decided of the last transaction is asked of the coordinator, and carried out everywhere."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    IncompatibleBrokerVersion,
    KafkaConnectionError,
    KafkaError,
    ProducerFenced,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from emotag_service.kafka.cluster import settlement
from emotag_service.kafka.cluster.aiokafka_private import DescribeTransactionsResponse_v0
from emotag_service.kafka.cluster.settlement import decision, settle

PARTITIONS = [TopicPartition("out", 1), TopicPartition("letters", 1)]
LOADING, REFUSED, NEVER_SEEN = 14, 53, 105


def reply(state="", code=0):
    return DescribeTransactionsResponse_v0(0, [(code, "g:in:0", state, 0, 0, 0, 0, [], {})], {})


class Client:
    """aiokafka's, with replies from a list instead of a broker."""

    def __init__(self, *replies):
        self.replies, self.started = list(replies), False

    async def bootstrap(self):
        self.started = True

    async def coordinator_lookup(self, kind, name):
        assert (self.started, kind, name) == (True, 1, "g:in:0")
        return 7

    async def send(self, node, _request):
        assert node == 7
        answer = self.replies.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Producer:
    """aiokafka's, which notes what becomes part of the transaction; `fails` after so many looks."""

    def __init__(self, fails=None, group_attempts=1):
        self._txn_manager = self._sender = self
        self.partitions, self.groups, self.ended = [], [], None
        self._fails, self._left, self._attempts = fails, 3, group_attempts
        self._end = asyncio.get_running_loop().create_future()
        self.sender_task = asyncio.get_running_loop().create_future()

    async def begin_transaction(self):
        assert self.ended is None

    def maybe_add_partition_to_txn(self, place):
        self.partitions.append(place)

    def partitions_to_add(self):
        self._left -= 1
        if self._left == 0 and self._fails is not None:
            (self.sender_task if isinstance(self._fails, ProducerFenced) else self._end).set_exception(self._fails)
        return self._left > 0

    async def _do_add_offsets_to_txn(self, group):
        self.groups.append(group)
        return len(self.groups) == self._attempts

    def wait_for_transaction_end(self):
        return self._end

    async def commit_transaction(self):
        self.ended = "commit"

    async def abort_transaction(self):
        self.ended = "abort"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(settlement, "_PAUSE_SECONDS", 0)


def asked(*replies):
    return decision(SimpleNamespace(client=Client(*replies)), "g:in:0")


@pytest.mark.parametrize(
    ("state", "committed"),
    [
        ("PrepareCommit", True),
        ("CompleteCommit", True),
        ("PrepareAbort", False),
        ("CompleteAbort", False),
        ("Ongoing", False),
        ("Empty", None),
        ("Dead", None),
    ],
)
async def test_the_state_tells_what_was_decided(state, committed):
    assert await asked(reply(state)) is committed


async def test_an_id_that_was_never_used_and_a_cluster_that_cannot_tell_leave_nothing_to_settle():
    assert await asked(reply(code=NEVER_SEEN)) is None
    assert await asked(IncompatibleBrokerVersion("too old")) is None


async def test_a_coordinator_that_loads_or_is_away_is_asked_again():
    answers = [reply(code=LOADING), KafkaConnectionError("away"), reply("CompleteCommit")]
    assert await asked(*answers) is True


async def test_why_it_does_not_answer_yet_is_told():
    heard = []
    answers = [CoordinatorNotAvailableError(), reply(code=LOADING), reply("CompleteCommit")]
    producer = SimpleNamespace(client=Client(*answers))
    assert await decision(producer, "g:in:0", lambda error: heard.append(type(error))) is True
    assert heard == [CoordinatorNotAvailableError, CoordinatorLoadInProgressError]


@pytest.mark.parametrize("refusal", [reply(code=REFUSED), TransactionalIdAuthorizationFailed("g:in:0")])
async def test_a_refusal_is_raised(refusal):
    with pytest.raises(TransactionalIdAuthorizationFailed):
        await asked(refusal)


@pytest.mark.parametrize(("committed", "ended"), [(True, "commit"), (False, "abort")])
async def test_all_partitions_and_the_group_are_ended_in_that_way(committed, ended):
    producer = Producer(group_attempts=3)
    await settle(producer, "g", PARTITIONS, committed=committed)
    assert (producer.partitions, set(producer.groups), producer.ended) == (PARTITIONS, {"g"}, ended)


@pytest.mark.parametrize("failure", [TopicAuthorizationFailedError("letters"), ProducerFenced()])
async def test_a_failure_ends_it(failure):
    producer = Producer(fails=failure)
    with pytest.raises(KafkaError) as caught:
        await asyncio.wait_for(settle(producer, "g", PARTITIONS, committed=True), 30)
    assert caught.value is failure
    assert producer.ended is None
