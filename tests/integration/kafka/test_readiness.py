"""Whether a tagger is ready, by brokers that go away and come back and by what else keeps it from reading."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.records.routes import Routes
from emotag_service.kafka.tagging import feed as feed_module
from emotag_service.kafka.tagging import wait as wait_module
from emotag_service.messages.tag import MessageTag
from emotag_service.messages.untaggable import Fault
from emotag_service.ops import tagging as view_module
from emotag_service.ops.tagging import _unready
from tests.brokers.apache import Apache
from tests.brokers.protocol import Broker
from tests.brokers.records import read_until, write
from tests.integration.kafka.checks import talk, wait_until
from tests.integration.kafka.running import RunningTagger
from tests.integration.kafka.words import WordEngine, WordSession

NewTopic = Callable[..., str]
Start = Callable[..., RunningTagger]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "_STALE_SECONDS", 3.0)
    monkeypatch.setattr(feed_module, "_ASK_SECONDS", 0.05)
    monkeypatch.setattr(wait_module, "_FIRST_SECONDS", 0.1)
    monkeypatch.setattr(wait_module, "_REPEAT_SECONDS", 0.1)


@pytest.fixture
def events() -> Iterator[list[Any]]:
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured


def unready(running: RunningTagger) -> str:
    """As `/readyz` words it."""
    running.check()
    return _unready(running.meters)


def hears(running: RunningTagger) -> None:
    """Wait until it has heard of the cluster again, and again."""
    for _ in range(3):
        before = running.meters.last_progress
        wait_until(lambda before=before: running.meters.last_progress > before)  # type: ignore[misc]
        running.check()


def test_an_idle_tagger_whose_broker_goes_away_is_stuck_until_it_is_back(
    own_broker: Broker, new_topic: NewTopic, tagger: Start
) -> None:
    source, target = (new_topic(own_broker, role, partitions=2) for role in ("in", "out"))
    running = tagger(own_broker, Routes(output=target, inputs=(source,)), instance_id="alone")
    wait_until(lambda: running.meters.takeovers == 2)
    hears(running)
    own_broker.stop()
    wait_until(lambda: unready(running).startswith("stuck: nothing could be read or committed for "))
    own_broker.start()
    wait_until(lambda: unready(running) == "")
    sent = talk(10, 2)
    write(own_broker.bootstrap, source, sent)
    read_until(own_broker.bootstrap, target, count=len(sent), alive=running.check)


def test_a_member_without_a_partition_is_ready(embedded_broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    source, target = (new_topic(embedded_broker, role, partitions=1) for role in ("in", "out"))
    routes = Routes(output=target, inputs=(source,))
    members = [tagger(embedded_broker, routes, instance_id=name) for name in ("one", "two")]
    wait_until(lambda: all(member.meters.rebalances for member in members))
    for member in members:
        hears(member)


class SlowSession(WordSession):
    async def submit(self, readings: Sequence[Reading]) -> Awaitable[Sequence[MessageTag | Fault]]:
        return asyncio.get_running_loop().create_future()


class SlowEngine(WordEngine):
    """Never answers."""

    def session(self, name: str) -> WordSession:
        return SlowSession()


def test_a_tagger_that_waits_for_its_engine_is_ready_and_has_no_room_to_read(
    embedded_broker: Broker, new_topic: NewTopic, tagger: Start
) -> None:
    source, target = (new_topic(embedded_broker, role, partitions=1) for role in ("in", "out"))
    write(embedded_broker.bootstrap, source, talk(100, 1))
    routes = Routes(output=target, inputs=(source,))
    running = tagger(embedded_broker, routes, engine=SlowEngine(), buffer_records=10, batch_records=5)
    wait_until(lambda: running.meters.buffered >= 10)
    hears(running)
    assert running.meters.published == 0


def test_a_take_over_that_no_coordinator_comes_to_is_told_of(
    make_apache: Callable[..., Apache], new_topic: NewTopic, tagger: Start, events: list[Any]
) -> None:
    lone = make_apache(extra="transaction.state.log.replication.factor=3")
    source, target = (new_topic(lone, role, partitions=1) for role in ("in", "out"))
    running = tagger(lone, Routes(output=target, inputs=(source,)))

    def told() -> list[Any]:
        waits = [event for event in events if event["event"] == "waiting to take the partition over"]
        return [event for event in waits if event.get("error") == "GroupCoordinatorNotAvailableError"]

    wait_until(told)
    assert told()[0]["source"] == f"{source}/0"
    assert "transaction.state.log.replication.factor" in told()[0]["likely"]
    wait_until(lambda: unready(running).startswith(f"stuck: {source}/0 has waited for "))
    hears(running)
    running.stop()
    assert running.meters.waiting == {}
    lone.close()
