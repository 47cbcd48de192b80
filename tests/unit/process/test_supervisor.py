"""Workers that are replaced, and those that cannot be; processes of emotag itself are in tests/integration."""

from __future__ import annotations

from typing import Any

import pytest

from emotag_service.process.supervisor import Supervisor, WorkerError


async def _relay(what: str, _: dict[str, Any]) -> Any:
    raise AssertionError(what)


def _supervisor(*command: str) -> Supervisor:
    return Supervisor(1, lambda: command, drain_seconds=1, on_ready=lambda: None, relay=_relay)


async def test_a_process_that_cannot_be_spawned_is_one_that_fails_to_start() -> None:
    supervisor = _supervisor("/nowhere/emotag")
    with pytest.raises(
        WorkerError, match=r"worker 1 failed 3 times in a row to start: it cannot be spawned: .*nowhere"
    ):
        await supervisor.run()
    assert supervisor.workers[0].state == "gone"
