"""The process of the tagger: what is started in which order, and how each way to end ends."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from emotag_service.engine.engine import Engine
from emotag_service.kafka import service as module
from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.config import TagTopicConfig
from emotag_service.kafka.errors import EngineUnavailableError, FencedError, SettingsError, TaggerError
from emotag_service.kafka.records.record import Record
from emotag_service.kafka.registry.settings import RegistrySettings
from emotag_service.kafka.service import TaggerService
from emotag_service.kafka.tagging.local_engine import LocalEngine
from emotag_service.kafka.tagging.progress import Screen
from emotag_service.messages.untaggable import Fault
from emotag_service.testing import in_memory_engine

SECRET = "what-the-agent-said"  # noqa: S105 - stands for what a record holds


class Stage:
    """Everything around the service, by script.

    Attributes:
        happened: What was called, in order.
        failure: What the loop ends with; None to run until it is stopped.
        stuck: The loop takes no notice of being stopped.
    """

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.failure: Exception | None = None
        self.engine_failure: Exception | None = None
        self.stuck = False
        self.running = asyncio.Event()
        self.limits = {"out": 1_000}
        self.labels = ("joy",)

    async def reach(self, client: ClientSettings) -> None:
        self.happened.append("reach")

    async def prepare(self, topics: Any) -> None:
        self.happened.append(f"prepare {','.join(topics)}")

    async def wait_for(self, pattern: str) -> None:
        self.happened.append(f"wait for {pattern}")

    async def ready(self, topic: str) -> None:
        self.happened.append(f"ready {topic}")

    async def watch(self, pattern: str) -> None:
        self.happened.append(f"watch {pattern}")
        try:
            await asyncio.Event().wait()
        finally:
            self.happened.append("watched")

    def tagger(self, _settings: Any, _client: Any, _engine: Any, rewriter: Any, *_: Any, **__: Any) -> Stage:
        """Take note of what it is told that its topics accept."""
        self.happened += map(str, rewriter.limits("in"))
        return self

    async def start(self) -> None:
        self.happened.append("engine")
        if self.engine_failure is not None:
            raise self.engine_failure

    async def close(self) -> None:
        self.happened.append("closed")

    async def run(self, stop: asyncio.Event) -> None:
        self.happened.append("tag")
        self.running.set()
        if self.failure is not None:
            raise self.failure
        await (asyncio.Event() if self.stuck else stop).wait()
        self.happened.append("left")


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()
    monkeypatch.setattr(module, "wait_for_cluster", made.reach)
    monkeypatch.setattr(module, "make_engine", lambda *_, **__: made)
    monkeypatch.setattr(module, "Destinations", lambda *_, **__: made)
    monkeypatch.setattr(module, "Tagger", made.tagger)
    return made


@pytest.fixture
def events() -> Iterator[list[Any]]:
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured


def _service(**given: Any) -> TaggerService:
    config = TagTopicConfig(**({"group": "g", "input": ("in",), "output": "out"} | given))
    client = ClientSettings(bootstrap=("a:1",))
    screen, output = Screen(io.StringIO()), io.StringIO()
    return TaggerService(config, client, screen=screen, output=output, began=time.perf_counter())


async def test_the_cluster_is_asked_before_the_engine_is_loaded(stage: Stage, events: list[Any]) -> None:
    running = asyncio.ensure_future(_service().run())
    await asyncio.wait_for(stage.running.wait(), 30)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, 30)
    assert stage.happened == ["reach", "prepare in", "engine", "1000", "tag", "left", "closed"]
    assert [event["event"] for event in events] == ["tagging", "stopping", "stopped"]


async def test_an_engine_of_this_process_is_loading_from_then_on_and_no_longer_than_it_takes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, asked, loaded = in_memory_engine(), threading.Event(), threading.Event()

    def make() -> Engine:
        asked.set()
        loaded.wait(30)
        return engine

    monkeypatch.setattr(module, "make_engine", lambda *_, **__: LocalEngine(make))
    service = _service()
    assert not service.loads, "it waits for the cluster before"
    running = asyncio.ensure_future(service.run())
    assert await asyncio.to_thread(asked.wait, 30)
    assert service.loads
    loaded.set()
    await asyncio.wait_for(stage.running.wait(), 30)
    assert not service.loads
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, 30)


async def test_a_schema_registry_is_asked_by_lanes_and_codec_alike(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, Any] = {}

    def tagger(settings: Any, client: Any, engine: Any, rewriter: Any, *_: Any, **given: Any) -> Stage:
        made.update(given, rewriter=rewriter)
        return stage

    monkeypatch.setattr(module, "Tagger", tagger)
    service = _service()
    service._registry = RegistrySettings(schema_registry="http://localhost:8081")
    running = asyncio.ensure_future(service.run())
    await asyncio.wait_for(stage.running.wait(), 30)
    made["schemas"].known[7] = Fault("SCHEMA_NOT_FOUND", "it has no schema 7")
    prepared = made["rewriter"].prepare(Record("in", 0, 0, 0, None, b"\0\0\0\0\7x"))
    assert prepared.fault.reason == "SCHEMA_NOT_FOUND"
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, 30)
    assert made["schemas"]._client._client.is_closed


async def test_a_registry_that_cannot_be_used_is_said_before_anything_else(stage: Stage) -> None:
    service = _service(codec="json")
    service._registry = RegistrySettings(schema_registry="http://localhost:8081")
    with pytest.raises(SettingsError, match="--schema-registry"):
        await service.run()
    assert stage.happened == []


async def test_a_pattern_is_watched_as_long_as_it_tags(stage: Stage) -> None:
    running = asyncio.ensure_future(_service(input=(), input_pattern="agent$").run())
    await asyncio.wait_for(stage.running.wait(), 30)
    os.kill(os.getpid(), signal.SIGINT)
    assert await asyncio.wait_for(running, 30)
    assert stage.happened.index("wait for agent$") < stage.happened.index("engine")
    assert "watch agent$" in stage.happened
    assert stage.happened[-2:] == ["watched", "closed"]


async def test_a_second_signal_does_not_wait(stage: Stage, events: list[Any]) -> None:
    stage.stuck = True
    service = _service()
    running = asyncio.ensure_future(service.run())
    await asyncio.wait_for(stage.running.wait(), 30)
    for _ in range(2):
        service._signals.received(signal.SIGTERM)
    assert not await asyncio.wait_for(running, 30)
    assert "left" not in stage.happened
    assert stage.happened[-1] == "closed"
    assert "stopping at once" in [event["event"] for event in events]


async def test_what_ends_the_loop_is_handed_on_and_the_engine_is_ended(stage: Stage, events: list[Any]) -> None:
    stage.failure = FencedError("taken")
    with pytest.raises(FencedError, match="taken"):
        await _service().run()
    assert stage.happened[-1] == "closed"
    assert "stopped" in [event["event"] for event in events]


async def test_an_engine_that_does_not_start(stage: Stage) -> None:
    stage.engine_failure = EngineUnavailableError("no checkpoint")
    with pytest.raises(EngineUnavailableError):
        await _service().run()
    assert stage.happened == ["reach", "prepare in", "engine", "closed"]


async def test_a_route_of_a_label_that_is_none(stage: Stage) -> None:
    with pytest.raises(SettingsError, match="--route bliss"):
        await _service(route=(("bliss", "elsewhere"),)).run()
    assert stage.happened[-1] == "closed"


async def test_a_dry_run_ends_with_who_reads_it_and_nothing_else_does(
    stage: Stage, events: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(_: int) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(module, "DryRun", lambda *_: SimpleNamespace(run=run))
    with pytest.raises(BrokenPipeError):
        await _service(dry_run=3).run()
    assert events == []
    stage.failure = BrokenPipeError()
    with pytest.raises(TaggerError, match="failed with BrokenPipeError"):
        await _service().run()


async def test_what_nobody_foresaw_is_logged_without_its_words(stage: Stage, events: list[Any]) -> None:
    stage.failure = KeyError(SECRET)
    with pytest.raises(TaggerError) as caught:
        await _service().run()
    assert caught.value.exit_code == 1
    assert "failed with KeyError" in str(caught.value)
    assert caught.value.__suppress_context__
    [event] = [event for event in events if event["event"] == "tagger failed"]
    assert event["error"] == "KeyError"
    assert "test_service.py" in event["stack"]
    assert SECRET not in str(events) + str(caught.value)
