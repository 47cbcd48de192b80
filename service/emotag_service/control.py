"""What an operator changes of a process that serves."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
from emotag_service.engine.errors import EngineError
from emotag_service.engine.plans import plan_model
from emotag_service.process.link import AskError
from emotag_service.process.logs import set_level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emotag_service.config import ServeConfig
    from emotag_service.engine.engine import Engine

_log = structlog.get_logger(__name__)


class Control:
    """Changes one process. Belongs to its event loop."""

    def __init__(self, engine: Callable[[], Engine | None], config: ServeConfig) -> None:
        self._engine = engine
        self._config = config
        self._checkpoint = (config.checkpoint or default_checkpoint()).absolute()
        self._prepared = self._checkpoint
        self._level = config.log_level

    async def answer(self, what: str, values: Mapping[str, Any]) -> Any:
        """Do one step, and return what it says, in JSON's types.

        Raises:
            AskError: It cannot be done; the text says why, and nothing has changed.
        """
        engine = self._engine()
        if engine is None:
            raise AskError("is still starting")
        if what == "status":
            return self._status(engine)
        if what == "prepare":
            return await self._prepare(engine, Path(values["checkpoint"]))
        if what == "switch":
            return self._switch(engine)
        if what == "discard":
            return await engine.discard()
        if what == "log level":
            return self._set_level(values["level"])
        if what == "drain":
            return signal.raise_signal(signal.SIGTERM)
        raise AskError(f"does not know {what}")

    def _status(self, engine: Engine) -> dict[str, Any]:
        identity = engine.model.identity
        return {
            "pid": os.getpid(),
            "model": {"name": identity.name, "version": identity.version, "digest": identity.digest},
            "checkpoint": str(self._checkpoint),
            "healthy": engine.healthy,
            "held": engine.stats().held,
            "log_level": self._level,
        }

    async def _prepare(self, engine: Engine, path: Path) -> None:
        try:
            await engine.prepare(await asyncio.to_thread(self._load, path))
        except (CheckpointError, EngineError, OSError) as error:
            raise AskError(str(error)) from error
        except MemoryError as error:
            raise AskError(f"{path}: there is no memory to hold it beside the one in service") from error
        self._prepared = path

    def _load(self, path: Path) -> Any:
        return plan_model(Checkpoint.load(path), self._config.devices, self._config.workers)

    def _switch(self, engine: Engine) -> dict[str, Any]:
        before = self._status(engine)
        try:
            engine.switch()
        except EngineError as error:
            raise AskError(str(error)) from error
        self._checkpoint = self._prepared
        after = self._status(engine)
        _log.info("model changed", model=after["model"], was=before["model"])
        return {"model": after["model"], "previous": before["model"], "previous_checkpoint": before["checkpoint"]}

    def _set_level(self, level: str) -> None:
        set_level(level)
        self._level = level
        _log.info("log level changed", level=level)
