"""Workers that are replaced, and those that cannot be; processes of emotag itself are in tests/integration."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from emotag_service.process.supervisor import MOST_FAILED_STARTS, Supervisor, WorkerError
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
# Drains until it is let go, and then ends by a code that says whether it was told a second time.
_DRAINING = (
    _WORKER
    + """
link.sendall(b'{"ask": 1, "what": "draining", "values": {}}\\n')
lines = link.makefile("rb")
while b'"answer": 1' not in lines.readline():
    pass
sys.exit(3 if signal.SIGTERM in signal.sigpending() else 0)
"""
)
# Is told a second time, or never ends.
_STUBBORN = (
    _WORKER
    + """
link.sendall(b'{"ask": 1, "what": "draining", "values": {}}\\n')
signal.sigwait({signal.SIGTERM})
sys.exit(3)
"""
)


class _Drains:
    """Answers workers that say that they drain, once they may go on."""

    def __init__(self) -> None:
        self.begun = 0
        self.go_on = asyncio.Event()

    async def relay(self, what: str, _: dict[str, Any]) -> Any:
        assert what == "draining"
        self.begun += 1
        await self.go_on.wait()


async def _relay(what: str, _: dict[str, Any]) -> Any:
    raise AssertionError(what)


def _supervisor(*command: str, on_ready: Callable[[], None] = lambda: None) -> Supervisor:
    return Supervisor(1, lambda: command, drain_seconds=1, on_ready=on_ready, relay=_relay)


def _two(code: str, drains: _Drains, ready: asyncio.Event) -> Supervisor:
    command = (sys.executable, "-S", "-E", "-c", code)
    return Supervisor(2, lambda: command, drain_seconds=60, on_ready=ready.set, relay=drains.relay)


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


async def test_who_is_replaced_while_it_starts_has_not_failed_to_start() -> None:
    supervisor = _supervisor(sys.executable, "-S", "-E", "-c", "import signal; signal.pause()")
    [worker] = supervisor.workers
    seen = set[int]()
    with capture_logs() as logs:
        running = asyncio.create_task(supervisor.run())
        for _ in range(MOST_FAILED_STARTS + 1):
            await until(lambda: worker.pid not in {0, *seen})
            seen.add(worker.pid)
            supervisor.replace(1)
        await until(lambda: worker.pid not in {0, *seen})
        supervisor.signals.stop.set()
        assert await running == 0
    assert "worker died" not in [log["event"] for log in logs]


async def test_a_worker_that_ends_goes_on_with_that_whoever_else_ends_it() -> None:
    ready, drains = asyncio.Event(), _Drains()
    supervisor = _two(_DRAINING, drains, ready)
    running = asyncio.create_task(supervisor.run())
    await ready.wait()
    supervisor.replace(1)
    await until(lambda: drains.begun == 1)
    supervisor.replace(1)
    supervisor.signals.received(signal.SIGTERM)
    await until(lambda: drains.begun == 2)  # the other was told: whatever is to reach this one has
    drains.go_on.set()
    assert await running == 0


async def test_one_that_is_started_later_can_be_ended_as_the_one_before_it() -> None:
    ready, drains = asyncio.Event(), _Drains()
    drains.go_on.set()
    supervisor = _two(_DRAINING, drains, ready)
    worker = supervisor.workers[0]
    running = asyncio.create_task(supervisor.run())
    await ready.wait()
    for _ in range(2):
        before = worker.pid
        supervisor.replace(1)
        await until(lambda before=before: worker.state == "ready" and worker.pid != before)  # type: ignore[misc]
    supervisor.signals.received(signal.SIGTERM)
    assert await running == 0
    assert drains.begun == 4


async def test_a_second_signal_reaches_also_who_was_being_replaced() -> None:
    ready, drains = asyncio.Event(), _Drains()
    supervisor = _two(_STUBBORN, drains, ready)
    running = asyncio.create_task(supervisor.run())
    await ready.wait()
    supervisor.replace(1)
    await until(lambda: drains.begun == 1)
    supervisor.signals.received(signal.SIGTERM)
    await until(lambda: drains.begun == 2)
    supervisor.signals.received(signal.SIGTERM)
    assert await running == 3  # none was killed, which is worth 1
    drains.go_on.set()


async def test_one_that_is_replaced_while_it_is_spawned_is_ended_once_it_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    supervisor = _supervisor(sys.executable, "-S", "-E", "-c", _WORKER)
    [worker] = supervisor.workers
    spawn, spawned = worker._spawn, list[int]()

    async def replaced_meanwhile(command: Any) -> Any:
        made = await spawn(command)
        spawned.append(made[0].pid)
        if len(spawned) == 1:
            supervisor.replace(1)
        return made

    monkeypatch.setattr(worker, "_spawn", replaced_meanwhile)
    running = asyncio.create_task(supervisor.run())
    await until(lambda: worker.state == "ready" and [worker.pid] == spawned[1:])
    supervisor.signals.stop.set()
    assert await running == 0
