"""Getting topics ready while they come and go, and while the cluster does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
import structlog
from structlog.testing import capture_logs

from emotag_service.kafka.cluster import destinations as module
from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.destinations import Destinations
from emotag_service.kafka.cluster.topics import Topics
from emotag_service.kafka.errors import AwayError, ClusterError, ForbiddenError, SettingsError, TaggerError
from emotag_service.kafka.records.routes import Routes
from emotag_service.process.backoff import Backoff
from tests.unit.engine.helpers import until

PATTERN = Routes(template="{topic}.tagged", pattern="in[.][a-z]+$")


class FakeTopics(Topics):
    """Those of a cluster that tells nothing but how wide they are, and fails by script.

    Attributes:
        there: Partitions of each.
        errors: What asking comes to instead, used up.
        asked: How often.
    """

    def __init__(self, **there: int) -> None:
        super().__init__(None)
        self.there = {name.replace("_", "."): count for name, count in there.items()}
        self.errors: list[TaggerError] = []
        self.asked = 0

    @asynccontextmanager
    async def open(self, settings: ClientSettings) -> AsyncIterator[FakeTopics]:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        yield self

    async def names(self) -> list[str]:
        return ["in.gone", *self.there]

    async def describe(self, topics: object, operation: str | None = None) -> dict[str, int]:
        return {name: count for name, count in self.there.items() if name in topics}  # type: ignore[operator]

    async def find(self, topics: object, operation: str | None = None, seconds: float = 0.0) -> dict[str, int]:
        return await self.describe(topics)

    async def create_missing(self, wanted: Mapping[str, int], *_: object) -> list[str]:
        self.there |= wanted
        return []

    async def _configs(self, topics: object) -> dict[str, dict[str, str]]:
        return {}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backoff, "next", lambda self: 0.0)


def make(
    monkeypatch: pytest.MonkeyPatch, topics: FakeTopics, routes: Routes = PATTERN, **options: bool
) -> Destinations:
    monkeypatch.setattr(module, "open_topics", topics.open)
    return Destinations(ClientSettings(bootstrap=("k:9092",)), routes, **{"create": True, **options})


async def test_what_a_pattern_found_and_is_gone_is_waited_for_and_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    topics = FakeTopics()
    destinations = make(monkeypatch, topics)
    structlog.reset_defaults()
    with capture_logs() as events:
        lanes = [asyncio.ensure_future(destinations.ready("in.gone")) for _ in range(3)]
        await until(lambda: topics.asked >= 9)
        assert not any(lane.done() for lane in lanes)
        topics.there["in.gone"] = 2
        await asyncio.gather(*lanes)
    told = [event for event in events if event["event"] == "waiting for topic"]
    assert [(event["topic"], event["log_level"]) for event in told] == [("in.gone", "warning")]
    assert topics.there["in.gone.tagged"] == 2


async def test_who_waits_for_what_is_gone_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    topics = FakeTopics(in_a=1)
    destinations = make(monkeypatch, topics)
    lane = asyncio.ensure_future(destinations.ready("in.gone"))
    await until(lambda: topics.asked >= 2)
    lane.cancel()
    await asyncio.gather(lane, return_exceptions=True)
    await destinations.ready("in.a")
    assert lane.cancelled()


async def test_what_is_gone_holds_up_nothing_else_that_a_pattern_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    topics = FakeTopics(in_a=1)
    assert await make(monkeypatch, topics).wait_for(PATTERN.pattern) == ["in.a"]
    assert "in.a.tagged" in topics.there


async def test_a_cluster_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    topics = FakeTopics(in_a=1)
    topics.errors = [AwayError("is the cluster up?") for _ in range(3)]
    structlog.reset_defaults()
    with capture_logs() as events:
        await make(monkeypatch, topics).ready("in.a")
    told = [event["reason"] for event in events if event["event"] == "waiting for topic"]
    assert told == ["is the cluster up?"]
    assert "in.a.tagged" in topics.there


@pytest.mark.parametrize("error", [ForbiddenError("no"), ClusterError("create it yourself")])
async def test_what_the_cluster_refuses_is_raised(monkeypatch: pytest.MonkeyPatch, error: TaggerError) -> None:
    topics = FakeTopics(in_a=1)
    topics.errors = [error]
    with pytest.raises(type(error)):
        await make(monkeypatch, topics).ready("in.a")


async def test_without_a_pattern_an_input_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    destinations = make(monkeypatch, FakeTopics(), Routes(output="out", inputs=("in.gone",)))
    with pytest.raises(SettingsError, match=r"--input: topic in.gone does not exist"):
        await destinations.prepare(["in.gone"])


async def test_an_output_that_must_not_be_made_is_an_error_with_a_pattern_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="leave --no-create-topics out"):
        await make(monkeypatch, FakeTopics(in_a=1), create=False).ready("in.a")
