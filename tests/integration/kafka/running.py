"""Taggers of this process, each with an event loop and a thread of its own, so that tests may block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.destinations import Destinations
from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.policy import EVERYTHING, Selection
from emotag_service.kafka.records.rewriter import Rewriter
from emotag_service.kafka.records.routes import Routes
from emotag_service.kafka.registry.choice import open_schemas
from emotag_service.kafka.registry.settings import RegistrySettings
from emotag_service.kafka.tagging.progress import Meters
from emotag_service.kafka.tagging.settings import LoopSettings
from emotag_service.kafka.tagging.tag_engine import TagEngine
from emotag_service.kafka.tagging.tagger import Tagger
from tests.brokers.protocol import Broker
from tests.integration.kafka.words import WordEngine

STOP_SECONDS = 60.0
QUICK = {"transaction_seconds": 0.05, "session_seconds": 6.0, "discovery_seconds": 1.0}


class RunningTagger:
    """The shipped tagger, by default over an engine by script.

    Attributes:
        meters: Its.
        error: What ended it; None while it runs, and after it was stopped in order.
    """

    def __init__(
        self,
        broker: Broker,
        group: str,
        routes: Routes,
        *,
        codec: str = "auto",
        policy: str = "dead-letter",
        selection: Selection = EVERYTHING,
        limits: Mapping[str, int] | None = None,
        engine: TagEngine | None = None,
        registry: RegistrySettings | None = None,
        destinations: Destinations | None = None,
        **settings: Any,
    ) -> None:
        self.meters = Meters()
        self.error: BaseException | None = None
        self._client = ClientSettings(bootstrap=tuple(broker.bootstrap.split(",")))
        self._settings = LoopSettings(
            group=group, topics=routes.inputs, pattern=routes.pattern, **{**QUICK, **settings}
        )
        self._codec = codec
        self._ready_for = None if destinations is None else destinations.ready
        self._registry = registry or RegistrySettings()
        self._rewriter = partial(Rewriter, routes=routes, policy=policy, selection=selection, limits=limits)
        self._engine: TagEngine = engine or WordEngine()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"tagger {group}")

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Stop it in order and raise what ended it; idempotent."""
        if self._loop is not None and self._stop is not None and self.running:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_SECONDS)
        assert not self.running, "it does not stop"
        self.check()

    def check(self) -> None:
        """Raise what ended it."""
        if self.error is not None:
            raise self.error

    def ended_by(self) -> BaseException:
        """Wait until an error ends it, and take that error."""
        self._thread.join(STOP_SECONDS)
        assert not self.running, "it goes on"
        error, self.error = self.error, None
        assert error is not None, "it was stopped"
        return error

    def _run(self) -> None:
        try:
            asyncio.run(self._tag())
        except BaseException as error:  # noqa: BLE001 - for the test to raise
            self.error = error
        finally:
            self._ready.set()

    async def _tag(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(_note)
        await self._engine.start()
        schemas = open_schemas(self._registry, codec=self._codec, text_field="text", tag_field="emotion")
        try:
            codec = make_codec(self._codec)
            rewriter = self._rewriter(codec if schemas is None else schemas.codec(codec))
            client = self._client.kwargs()
            tagger = Tagger(
                self._settings, client, self._engine, rewriter, self.meters, schemas=schemas, ready=self._ready_for
            )
            self._ready.set()
            await tagger.run(self._stop)
        finally:
            await self._engine.close()
            if schemas is not None:
                await schemas.close()


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say what nobody took care of, such as futures of a fenced producer that aiokafka forgets, without a stack.

    They are found by the garbage collector. Python 3.11 parses source to draw a stack, and cannot do that while it is
    parsing other source, as pytest does, when the collector comes along: a SystemError would end the session.
    """
    print(context["message"], type(context.get("exception")).__name__)
