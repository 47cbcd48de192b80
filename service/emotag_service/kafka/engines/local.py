"""The engine in this process."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
from emotag_service.engine.engine import Engine
from emotag_service.engine.errors import EngineError, InvalidOptionsError
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.options import Options
from emotag_service.kafka.engines.local_session import LocalSession
from emotag_service.kafka.errors import EngineUnavailableError, SettingsError
from emotag_service.messages.tag import ModelName

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_DEFAULT_LIMITS = EngineLimits()


class LocalEngine:
    """Implements `emotag_service.kafka.engines.protocol.TagEngine` over `emotag_service.engine`."""

    def __init__(
        self, make: Callable[[], Engine], *, taxonomy: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        """Make one.

        Args:
            make: Makes the engine, in a thread; see `from_checkpoint`.
            taxonomy: Of the tags; empty for the checkpoint's default.
            clock: Seconds since the epoch.
        """
        self._make = make
        self._taxonomy = taxonomy
        self._clock = clock
        self._engine: Engine | None = None
        self._sessions: set[LocalSession] = set()

    @classmethod
    def from_checkpoint(
        cls,
        path: Path | None = None,
        *,
        devices: str = "auto",
        taxonomy: str = "",
        limits: EngineLimits = _DEFAULT_LIMITS,
    ) -> LocalEngine:
        """Make one that answers with a checkpoint, by default the one that ships; it is loaded by `start`."""

        def make() -> Engine:
            checkpoint = Checkpoint.load(path or default_checkpoint())
            return Engine.from_checkpoint(checkpoint, devices=devices, limits=limits)

        return cls(make, taxonomy=taxonomy)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the taxonomy, in the order of scores. Raises RuntimeError before `start`."""
        engine = self._started()
        name = self._options(engine).taxonomy
        return tuple(engine.model.taxonomy(name).labels)

    async def start(self) -> None:
        """Load the checkpoint and warm up.

        Raises:
            SettingsError: The checkpoint does not have the taxonomy, or the limits contradict it.
            EngineUnavailableError: It cannot be loaded, or does not run on the devices.
        """
        try:
            engine = await asyncio.to_thread(self._make)
            self._options(engine)
            await engine.start()
        except InvalidOptionsError as error:
            raise SettingsError(f"--{error}") from error
        except ValueError as error:
            raise SettingsError(str(error)) from error
        except (CheckpointError, EngineError) as error:
            raise EngineUnavailableError(str(error)) from error
        self._engine = engine

    def session(self, name: str) -> LocalSession:
        """Open a session. Raises RuntimeError before `start`."""
        engine = self._started()
        model = engine.model.identity
        session = LocalSession(
            engine,
            engine.caller(name),
            self._options(engine),
            self.labels,
            ModelName(model.name, model.version, model.digest),
            self._clock,
            self._sessions.discard,
        )
        self._sessions.add(session)
        return session

    async def close(self) -> None:
        """End it, and the sessions that are still open. Idempotent."""
        for session in list(self._sessions):
            await session.close()
        if self._engine is not None:
            await self._engine.close()

    def _options(self, engine: Engine) -> Options:
        return engine.check_options(Options(taxonomy=self._taxonomy, all_scores=True))

    def _started(self) -> Engine:
        if self._engine is None:
            raise RuntimeError("the engine is not started; await start() first")
        return self._engine
