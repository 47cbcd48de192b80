"""Keeps several workers alive: starts them together, replaces those that die, and ends them together."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING, Any

import structlog

from emotag_service.process.backoff import Backoff
from emotag_service.process.lifetime import StopSignals
from emotag_service.process.link import AskError
from emotag_service.process.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

_log = structlog.get_logger(__name__)
MOST_FAILED_STARTS = 3
_STEADY_SECONDS = 30.0  # a worker that has lived so long is replaced without much delay
_KILL_SECONDS = 10.0  # beyond what a worker may take to end


class WorkerError(Exception):
    """A worker cannot be started, time after time.

    Attributes:
        code: The exit code of its last process.
    """

    def __init__(self, worker: Worker, code: int) -> None:
        why = worker.problem or f"exit code {code}; its log says why"
        super().__init__(f"worker {worker.number} failed {MOST_FAILED_STARTS} times in a row to start: {why}")
        self.code = code if code > 0 else 1


class Supervisor:
    """The process that has the workers. It computes nothing itself.

    Attributes:
        workers: By number, from 1 on.
        signals: What ends it.
    """

    def __init__(
        self,
        workers: int,
        command: Callable[[], Sequence[str]],
        *,
        drain_seconds: float,
        on_ready: Callable[[], None],
        relay: Callable[[str, dict[str, Any]], Awaitable[Any]],
    ) -> None:
        """Make one.

        Args:
            workers: How many.
            command: Returns the command of a worker; asked for every process that is spawned.
            drain_seconds: How long a worker may take to finish in order.
            on_ready: Called once, when all workers are.
            relay: Answers what a worker asks.
        """
        self.workers = [Worker(number, self._note_ready, relay) for number in range(1, workers + 1)]
        self.signals = StopSignals(grace_seconds=drain_seconds)
        self._command = command
        self._drain_seconds = drain_seconds
        self._on_ready = on_ready
        self._announced = False

    async def run(self) -> int:
        """Keep the workers until a signal, then end them together; a second signal ends them at once.

        Returns:
            The highest exit code of theirs: 0 when every admitted message was answered.

        Raises:
            WorkerError: One fails to start, again and again; the others were ended in order.
        """
        self.signals.listen()
        keeping = [asyncio.create_task(self._keep(worker)) for worker in self.workers]
        ending = asyncio.create_task(self._end())
        try:
            code = max(await asyncio.gather(*keeping))
        except WorkerError:
            self.signals.stop.set()
            await asyncio.gather(*keeping, return_exceptions=True)
            raise
        finally:
            ending.cancel()
        _log.info("all workers stopped", clean=code == 0)
        return code

    async def ask_all(self, what: str, *, within: float | None = None, **values: Any) -> dict[int, Any]:
        """Ask every worker; returns answers by number, an AskError where there is none."""

        async def ask(worker: Worker) -> Any:
            try:
                return await worker.link.ask(what, within=within, **values)
            except AskError as error:
                return error

        answers = await asyncio.gather(*map(ask, self.workers))
        return {worker.number: answer for worker, answer in zip(self.workers, answers, strict=True)}

    def replace(self, number: int) -> None:
        """End the process of a worker in order, unless it ends; another one is started in its place."""
        self.workers[number - 1].end()

    async def _keep(self, worker: Worker) -> int:
        """Have a process for a worker until the end; returns what the last one's end is worth as an exit code."""
        backoff, failed_starts, stop = Backoff(), 0, self.signals.stop
        while True:
            began = time.monotonic()
            code = await worker.run(self._command(), stop)
            if stop.is_set():
                return _worth(code, started=worker.started)
            failed_starts = 0 if worker.started else failed_starts + (not worker.ending)
            if failed_starts == MOST_FAILED_STARTS:
                raise WorkerError(worker, code)
            if time.monotonic() - began > _STEADY_SECONDS:
                backoff.reset()
            delay = round(backoff.next(), 2)
            # As one does that is replaced; before it listens for signals, one ends it like any process.
            if (code == 0 and worker.started) or (code in {0, -signal.SIGTERM} and worker.ending):
                _log.info("worker ended in order", worker=worker.number, next_in_seconds=delay)
            else:
                why = {"problem": worker.problem} if worker.problem else {}
                _log.error("worker died", worker=worker.number, exit_code=code, next_in_seconds=delay, **why)
            if await _comes(stop, delay):
                return 0

    async def _end(self) -> None:
        """Once the first signal came, end every worker; see `run`."""
        await self.signals.stop.wait()
        for worker in self.workers:
            worker.end()
        if await _comes(self.signals.stop_now, self._drain_seconds + _KILL_SECONDS):
            for worker in self.workers:
                worker.end_at_once()
            await asyncio.sleep(_KILL_SECONDS)
        for worker in self.workers:
            worker.kill()

    def _note_ready(self) -> None:
        if self._announced or any(worker.state != "ready" for worker in self.workers):
            return
        self._announced = True
        self._on_ready()


def _worth(code: int, *, started: bool) -> int:
    """The exit code of a worker that was to end; one that had taken nothing yet, and was ended, lost nothing."""
    if code < 0:
        return 1 if started else 0
    return code


async def _comes(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, so long at most; tell whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
