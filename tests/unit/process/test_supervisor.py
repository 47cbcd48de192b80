"""Workers that are replaced, and those that cannot be; processes of emotag itself are in tests/integration."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from emotag_service.process.supervisor import Supervisor, WorkerError
from tests.unit.engine.helpers import until

if TYPE_CHECKING:
    from collections.abc import Callable

# A blocked signal waits for who waits for it: a handler's would be lost between "ready" and a pause.
_WORKER = """
import signal, socket, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
link = socket.socket(fileno=int(sys.argv[sys.argv.index("--link") + 1]))
link.sendall(b'{"ask": 0, "what": "ready", "values": {}}\\n')
signal.sigwait({signal.SIGTERM})
"""


async def _relay(what: str, _: dict[str, Any]) -> Any:
    raise AssertionError(what)


def _supervisor(*command: str, on_ready: Callable[[], None] = lambda: None) -> Supervisor:
    return Supervisor(1, lambda: command, drain_seconds=1, on_ready=on_ready, relay=_relay)


async def test_a_process_that_cannot_be_spawned_is_one_that_fails_to_start() -> None:
    supervisor = _supervisor("/nowhere/emotag")
    with pytest.raises(
        WorkerError, match=r"worker 1 failed 3 times in a row to start: it cannot be spawned: .*nowhere"
    ):
        await supervisor.run()
    assert supervisor.workers[0].state == "gone"


async def test_a_process_that_is_replaced_has_not_died() -> None:
    ready = asyncio.Event()
    supervisor = _supervisor(sys.executable, "-S", "-E", "-c", _WORKER, on_ready=ready.set)
    [worker] = supervisor.workers
    with capture_logs() as logs:
        running = asyncio.create_task(supervisor.run())
        await ready.wait()
        first = worker.pid
        supervisor.replace(1)
        await until(lambda: worker.state == "ready" and worker.pid != first)
        supervisor.signals.stop.set()
        assert await running == 0
    assert [(log["event"], log["log_level"]) for log in logs] == [
        ("worker ended in order", "info"),
        ("all workers stopped", "info"),
    ]
