"""What an operator changes of one process, also while it starts and where storage does not answer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from emotag_service import control as module
from emotag_service.config import ServeConfig
from emotag_service.control import Control
from emotag_service.engine.limits import EngineLimits
from emotag_service.process.link import AskError
from emotag_service.testing import in_memory_engine

if TYPE_CHECKING:
    from collections.abc import Callable


def _control(engine: Callable[[], Any], trials: dict[str, Any]) -> Control:
    return Control(engine, ServeConfig(), trials, drain=lambda: None)


async def test_a_checkpoint_that_is_not_read_holds_up_other_changes_for_a_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(Control, "_load", lambda *_: gate.wait(60))
    engine = in_memory_engine(limits=EngineLimits(build_seconds=0.01))
    try:
        with pytest.raises(AskError, match=r"/hung: could not be read within 0.01 s; does its storage answer\?"):
            await _control(lambda: engine, {}).answer("prepare", {"change": "swap", "checkpoint": "/hung"})
    finally:
        gate.set()


async def test_a_process_that_starts_takes_a_log_level_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = list[str]()
    monkeypatch.setattr(module, "set_level", levels.append)
    starting = _control(lambda: None, {"split": {}})
    with capture_logs():
        await starting.answer("log level", {"level": "debug"})
    assert levels == ["debug"]
    with pytest.raises(AskError, match="is still starting"):
        await starting.answer("status", {})
