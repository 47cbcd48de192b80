"""Questions about topics that a cluster answers late, or not at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (
    InvalidReplicationFactorError,
    KafkaConnectionError,
    NodeNotReadyError,
    PolicyViolationError,
    TopicAuthorizationFailedError,
)

from emotag_service.kafka.cluster import topics as module
from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.topics import FOREVER, Topics
from emotag_service.kafka.errors import ClusterError, ForbiddenError


class Answer:
    """Of the cluster."""

    def __init__(self, topics: list[dict[str, Any]] = [], errors: list[tuple[Any, ...]] = []) -> None:  # noqa: B006
        self._topics = topics
        self.topic_errors = errors

    def to_object(self) -> dict[str, Any]:
        return {"topics": self._topics}


class Admin:
    """Answers by script; an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.created: list[Any] = []

    async def _send_request(self, request: Any) -> Answer:
        return self._next()

    async def create_topics(self, new: list[Any]) -> Answer:
        self.created += new
        return self._next()

    async def describe_configs(self, resources: list[Any]) -> list[Any]:
        """Of each topic what is asked for, as brokers do."""
        told = self._next()
        rows = [
            (0, None, 2, one.name, [entry for entry in told[one.name].items() if entry[0] in one.configs])
            for one in resources
        ]
        return [SimpleNamespace(resources=rows)]

    def _next(self) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _topic(name: str, partitions: int = 1, code: int = 0) -> dict[str, Any]:
    return {"error_code": code, "topic": name, "partitions": [{}] * partitions, "is_internal": name.startswith("__")}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)


async def test_a_node_that_is_away_is_asked_again() -> None:
    admin = Admin(NodeNotReadyError("x"), KafkaConnectionError("y"), Answer([_topic("in", 3)]))
    assert await Topics(admin).describe(["in"]) == {"in": 3}
    assert admin.answers == []


async def test_a_broker_that_goes_away_before_the_first_question_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Starting:
        starts = closed = 0

        async def start(self) -> None:
            self.starts += 1
            if self.starts < 3:
                raise KafkaConnectionError("x")

        async def close(self) -> None:
            self.closed += 1

    admin = Starting()
    monkeypatch.setattr(module, "AIOKafkaAdminClient", lambda **_: admin)
    async with module.open_topics(ClientSettings(bootstrap=("one.example:9092",))):
        assert admin.starts == 3
    assert admin.closed == 1


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLE_SECONDS", 0.0)
    with pytest.raises(NodeNotReadyError):
        await Topics(Admin(NodeNotReadyError("x"))).describe(["in"])


async def test_a_topic_that_the_broker_learns_of_late() -> None:
    unknown = _topic("in", 0, code=3)
    admin = Admin(Answer([unknown]), Answer([unknown]), Answer([_topic("in", 2)]))
    assert await Topics(admin).find(["in"], seconds=60) == {"in": 2}


async def test_kafkas_own_topics_are_not_named() -> None:
    assert await Topics(Admin(Answer([_topic("b"), _topic("__consumer_offsets"), _topic("a")]))).names() == ["a", "b"]


async def test_a_topic_that_may_not_be_seen() -> None:
    denied = Answer([_topic("in", 0, code=TopicAuthorizationFailedError.errno)])
    with pytest.raises(ForbiddenError, match="User:alice --operation Read --topic in"):
        await Topics(Admin(denied), "alice").describe(["in"], "Read")


@pytest.mark.parametrize(
    ("error", "words", "expected"),
    [
        (
            InvalidReplicationFactorError.errno,
            ("two brokers are up",),
            "creating topic out: two brokers are up; create it yourself",
        ),
        (PolicyViolationError.errno, (), "creating topic out: PolicyViolationError; create it yourself"),
        (-1, (None,), "creating topic out: UnknownError"),
    ],
)
async def test_a_cluster_that_will_not_make_a_topic(error: int, words: tuple[Any, ...], expected: str) -> None:
    admin = Admin(Answer([_topic("out", 0, code=3)]), Answer(errors=[("out", error, *words)]))
    with pytest.raises(ClusterError) as caught:
        await Topics(admin).create_missing({"out": 4})
    assert expected in str(caught.value)
    [new] = admin.created
    assert (new.name, new.num_partitions, new.replication_factor) == ("out", 4, -1)


async def test_a_topic_that_may_not_be_made() -> None:
    admin = Admin(Answer([]), Answer(errors=[("out", TopicAuthorizationFailedError.errno, None)]))
    with pytest.raises(ForbiddenError, match="--operation Create --topic out"):
        await Topics(admin).create_missing({"out": 1})


async def test_a_topic_that_nobody_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLE_SECONDS", 0.0)
    admin = Admin(Answer([]), Answer(errors=[("out", 0, None)]), Answer([_topic("out", 0, code=5)]))
    with pytest.raises(ClusterError, match="no broker leads"):
        await Topics(admin).create_missing({"out": 1})


@pytest.mark.parametrize(
    ("policy", "kept"),
    [("delete", 7), ("compact", FOREVER), ("compact,delete", 7), ("delete, compact", 7), ("", FOREVER), (None, 7)],
)
async def test_a_topic_that_is_not_deleted_by_age_keeps_for_ever_whatever_time_it_tells(
    policy: str | None, kept: int
) -> None:
    told = {"retention.ms": "7", "max.message.bytes": "9", "cleanup.policy": policy}
    assert await Topics(Admin({"in": told})).retention(["in"]) == {"in": kept}


async def test_a_topic_that_does_not_tell_its_policy_keeps_for_its_time_and_one_that_tells_no_time_is_left_out() -> (
    None
):
    told = {"in": {"retention.ms": "7"}, "out": {"cleanup.policy": "compact"}}
    assert await Topics(Admin(told)).retention(["in", "out"]) == {"in": 7}
