"""What counts as a sign of the cluster: records and answers, and not that a poll has ended."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from emotag_service.kafka.records.record import Source
from emotag_service.kafka.tagging import feed as feed_module
from emotag_service.kafka.tagging import tagger as tagger_module
from emotag_service.kafka.tagging.feed import Feed
from emotag_service.kafka.tagging.progress import Meters
from emotag_service.kafka.tagging.settings import LoopSettings
from emotag_service.kafka.tagging.tagger import Tagger
from tests.unit.engine.helpers import until
from tests.unit.kafka.tagging.fakes import FakeEngine, FakeRewriter, record

SETTINGS = LoopSettings(group="g", topics=("in",))


class Polled:
    """A feed of which polls end at once, with what they are to find."""

    def __init__(self, settings: LoopSettings, client: dict[str, Any]) -> None:
        self.answered = 0.0
        self.found: dict[Source, list[Any]] = {}

    async def poll(self, sources: object, seconds: float) -> dict[Source, list[Any]]:
        return self.found


@pytest.fixture
async def tagger(monkeypatch: pytest.MonkeyPatch) -> Tagger:
    monkeypatch.setattr(tagger_module, "Feed", Polled)
    return Tagger(SETTINGS, {}, FakeEngine(), FakeRewriter(), Meters())  # type: ignore[arg-type]


async def test_a_poll_that_finds_nothing_is_no_sign_of_the_cluster(tagger: Tagger) -> None:
    assert await tagger._poll([]) == {}
    assert tagger._meters.last_progress == 0.0


async def test_it_hands_on_when_the_cluster_answered_and_never_goes_back(tagger: Tagger) -> None:
    tagger._feed.answered = 7.0
    await tagger._poll([])
    assert tagger._meters.last_progress == 7.0
    tagger._meters.last_progress = 9.0  # a commit
    await tagger._poll([])
    assert tagger._meters.last_progress == 9.0


async def test_records_are_a_sign(tagger: Tagger) -> None:
    began = time.monotonic()
    tagger._feed.found = {Source("in", 0): [record(0)]}  # type: ignore[attr-defined]
    await tagger._poll([])
    assert tagger._meters.last_progress >= began


class Coordinator:
    """Of a group: answers, or does not."""

    def __init__(self) -> None:
        self.there = True
        self.asked = 0

    async def ensure_coordinator_known(self) -> None:
        """It is known."""

    async def _send_req(self, request: object) -> None:
        self.asked += 1
        if not self.there:
            raise KafkaConnectionError("gone")


async def test_the_feed_asks_whether_the_cluster_is_there_until_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "_ASK_SECONDS", 0.001)
    coordinator = Coordinator()

    async def nothing() -> None:
        """Start, or stop."""

    feed = Feed(SETTINGS, {"bootstrap_servers": "127.0.0.1:1"})
    feed._consumer._closed = True  # it was never started: there is nothing to warn of
    feed._consumer = SimpleNamespace(
        _coordinator=coordinator, start=nothing, stop=nothing, subscribe=lambda **options: None
    )
    await feed.start(None)
    await until(lambda: feed.answered > 0)
    coordinator.there = False
    asked = coordinator.asked
    await until(lambda: coordinator.asked > asked + 1)
    answered, asked = feed.answered, coordinator.asked
    await until(lambda: coordinator.asked > asked + 2)
    assert feed.answered == answered
    coordinator.there = True
    await until(lambda: feed.answered > answered)
    await feed.stop()
    await asyncio.sleep(0)
    assert feed._asking is not None
    assert feed._asking.cancelled()
