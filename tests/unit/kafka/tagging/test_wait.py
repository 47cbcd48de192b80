"""A take-over that does not come is told of, again and again, and never taken for idleness."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from aiokafka.errors import CoordinatorNotAvailableError, KafkaConnectionError
from structlog.testing import capture_logs

from emotag_service.kafka.tagging import lane as lane_module
from emotag_service.kafka.tagging import wait as waiting
from emotag_service.kafka.tagging.lane import Lane
from emotag_service.kafka.tagging.progress import Meters
from emotag_service.kafka.tagging.wait import Wait
from tests.unit.engine.helpers import until
from tests.unit.kafka.tagging.fakes import SOURCE, FakeWriter, Log, make_context

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLD = "waiting to take the partition over"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_FIRST_SECONDS", 0.001)
    monkeypatch.setattr(waiting, "_REPEAT_SECONDS", 0.001)


@pytest.fixture
def events() -> Iterator[list[Any]]:
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured


def told(events: list[Any]) -> list[Any]:
    return [event for event in events if event["event"] == TOLD]


class Coordinator:
    """Refuses until it is there; its writers wait for it as aiokafka's producers do, without an end."""

    def __init__(self) -> None:
        self.there = asyncio.Event()

    def writer(self, _source: object) -> FakeWriter:
        return LateWriter(self)


class LateWriter(FakeWriter):
    def __init__(self, coordinator: Coordinator) -> None:
        super().__init__(Log(committed=0), {})
        self._coordinator = coordinator

    async def start(self, wait: Wait) -> int | None:
        wait.come_to("the transaction coordinator")
        wait.fail(CoordinatorNotAvailableError())
        await self._coordinator.there.wait()
        return await super().start(wait)


async def test_a_writer_that_never_comes_is_told_of_and_seen(events: list[Any]) -> None:
    context, coordinator = make_context(), Coordinator()
    context.writer = coordinator.writer
    lane = Lane(SOURCE, context, pytest.fail)
    lane.start()
    await until(lambda: len(told(events)) >= 3)
    first = told(events)[0]
    assert (first["log_level"], first["source"], first["waits_for"]) == (
        "warning", "in/0", "the transaction coordinator",
    )  # fmt: skip
    assert first["error"] == "GroupCoordinatorNotAvailableError"
    assert "transaction.state.log.replication.factor" in first["likely"]
    assert list(context.meters.waiting) == ["in/0"]
    coordinator.there.set()
    await until(lambda: context.meters.takeovers)
    assert context.meters.waiting == {}
    before = len(told(events))
    await lane.finish(30)
    assert len(told(events)) == before


async def test_a_lane_that_is_given_up_waits_for_nothing(events: list[Any]) -> None:
    context = make_context()
    context.writer = Coordinator().writer
    lane = Lane(SOURCE, context, pytest.fail)
    lane.start()
    await until(lambda: told(events))
    await lane.finish(30)
    assert context.meters.waiting == {}


async def test_attempts_that_fail_are_one_wait(events: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_module.Backoff, "next", lambda self: 0.0)
    context = make_context()
    context.script["start"] = [KafkaConnectionError("gone")] * 10_000
    lane = Lane(SOURCE, context, pytest.fail)
    lane.start()
    await until(lambda: context.meters.waiting)
    since = dict(context.meters.waiting)
    await until(lambda: context.meters.aborts["KafkaConnectionError"] > 10 and told(events))
    assert context.meters.waiting == since
    context.script["start"] = []
    await until(lambda: context.meters.takeovers)
    assert context.meters.waiting == {}
    await lane.finish(30)


async def test_what_it_waits_for_and_why_is_the_latest(events: list[Any]) -> None:
    wait = Wait(SOURCE, Meters())
    wait.begin()
    wait.come_to("this")
    wait.fail(KafkaConnectionError())
    wait.come_to("that")
    await until(lambda: told(events))
    wait.end()
    assert told(events)[0]["waits_for"] == "that"
    assert "error" not in told(events)[0]
