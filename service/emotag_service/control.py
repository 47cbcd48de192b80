"""What an operator changes of a process that serves."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
from emotag_service.engine.errors import EngineError
from emotag_service.engine.plans import plan_model
from emotag_service.process.lifetime import in_left_thread
from emotag_service.process.link import AskError
from emotag_service.process.logs import set_level
from emotag_service.trials import Trials, named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emotag_service.config import ServeConfig
    from emotag_service.engine.engine import Engine
    from emotag_service.engine.shadow import Shadow

_log = structlog.get_logger(__name__)


class Control:
    """Changes one process. Belongs to its event loop."""

    def __init__(
        self,
        engine: Callable[[], Engine | None],
        config: ServeConfig,
        trials: Mapping[str, Mapping[str, Any]],
        drain: Callable[[], None],
    ) -> None:
        """Make it.

        Args:
            engine: Returns the engine; None while there is none.
            config: What the process serves with.
            trials: What `resume` begins; until it has, nothing can be asked.
            drain: Has the process stop in order.
        """
        self._engine = engine
        self._drain = drain
        self._config = config
        self._checkpoint = (config.checkpoint or default_checkpoint()).absolute()
        self._prepared = self._checkpoint
        self._level = config.log_level
        self._trials: Trials | None = None
        self._to_resume = trials

    async def answer(self, what: str, values: Mapping[str, Any]) -> Any:
        """Do one step, and return what it says, in JSON's types.

        Raises:
            AskError: It cannot be done; the text says why, and nothing has changed.
        """
        if what == "log level":
            return self._set_level(values["level"])
        if self._to_resume:
            raise AskError("is still starting")
        return await self._answer(what, values)

    async def _answer(self, what: str, values: Mapping[str, Any]) -> Any:
        engine = self._engine()
        if engine is None:
            raise AskError("is still starting")
        if what == "status":
            return self._status(engine)
        trials = self._trials_of(engine)
        if what == "prepare":
            return await self._prepare(engine, trials, values)
        if what == "switch":
            return self._switch(engine)
        if what == "drain":
            return self._drain()
        return await self._try(trials, what, values)

    async def _try(self, trials: Trials, what: str, values: Mapping[str, Any]) -> Any:
        if what == "begin":
            return self._begin(trials, values["change"], values["share"], values["salt"])
        if what == "resize":
            return trials.resize(values["change"], values["share"])
        if what == "end":
            return await trials.end(values["change"])
        if what == "discard":
            return await trials.discard()
        raise AskError(f"does not know {what}")

    @property
    def shadow(self) -> Shadow | None:
        """What compares a candidate, if anything does."""
        return self._trials.shadow if self._trials is not None else None

    async def resume(self) -> None:
        """Begin the trials that others of this server have; one that cannot be had is left out, and logged."""
        for what, values in self._to_resume.items():
            try:
                await self._answer("prepare", {"change": what, **values})
                await self._answer("begin", {"change": what, **values})
            except AskError as error:
                _log.error("trial not resumed", what=what, problem=str(error))
        self._to_resume = {}

    async def close(self) -> None:
        """End what computes beside."""
        if self._trials is not None:
            await self._trials.close()

    def _trials_of(self, engine: Engine) -> Trials:
        if self._trials is None:
            self._trials = Trials(engine)
        return self._trials

    def _status(self, engine: Engine) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "model": named(engine.model.identity),
            "checkpoint": str(self._checkpoint),
            "healthy": engine.healthy,
            "held": engine.stats().held,
            "log_level": self._level,
            **self._trials_of(engine).show(),
        }

    async def _prepare(self, engine: Engine, trials: Trials, values: Mapping[str, Any]) -> None:
        what, path = values["change"], Path(values["checkpoint"])
        if what != "swap":
            trials.check(what, values["salt"])
        seconds = engine.limits.build_seconds
        try:
            async with asyncio.timeout(seconds):  # other changes wait
                model = await in_left_thread(partial(self._load, path))
            await (engine.prepare(model) if what == "swap" else trials.prepare(what, model))
        except TimeoutError as error:
            raise AskError(f"{path}: could not be read within {seconds:g} s; does its storage answer?") from error
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

    def _begin(self, trials: Trials, what: str, share: float, salt: str) -> dict[str, Any]:
        shown = trials.begin(what, self._prepared, share, salt)
        _log.info("trial begins", what=what, candidate=shown["model"], share=share)
        return shown

    def _set_level(self, level: str) -> None:
        set_level(level)
        self._level = level
        _log.info("log level changed", level=level)
