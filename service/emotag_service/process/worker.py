"""A worker as its supervisor sees it: a process of its own, spawned, and the link to it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from emotag_service.process.link import WorkerLink

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

NUMBER, LINK, TRIALS = "--number", "--link", "--trials"
"""Options that a worker's command gets on top: which worker it is, the file descriptor of its end of the link, and the
shadow and the split that the others have."""
QUESTIONS = ("pulse", "unready", "model", "metrics", "drift")
"""What the operators' port asks a worker."""


class Worker:
    """One of several processes that serve on one port. Spawned and not forked: gRPC does not survive a fork.

    Attributes:
        number: From 1 on; it stays when the process is replaced.
        state: "starting", "ready" or "gone".
        started: The process, or the last one, came to be ready.
        problem: What it said when it could not start.
        ending: The process was asked to finish in order; the one that is spawned next was not.
        link: To the process.
    """

    def __init__(
        self, number: int, on_ready: Callable[[], None], relay: Callable[[str, dict[str, Any]], Awaitable[Any]]
    ) -> None:
        """Make it; `relay` answers what the process asks beyond saying that it is ready, or cannot start."""
        self.number = number
        self.state = "starting"
        self.started = False
        self.problem = ""
        self.ending = False
        self.link = WorkerLink(self._answer)
        self._on_ready = on_ready
        self._relay = relay
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the process; 0 while there is none."""
        return self._process.pid if self._process is not None else 0

    async def run(self, command: Sequence[str], stop: asyncio.Event) -> int:
        """Spawn a process and return its exit code when it has ended; one that `stop` overtakes is ended.

        One that cannot be spawned has failed as if it had ended with 1.
        """
        self.state, self.started, self.problem, self.ending = "starting", False, "", False
        try:
            process, ours = await self._spawn(command)
        except OSError as error:
            self.state, self.problem = "gone", f"it cannot be spawned: {error}"
            return 1
        self._process = process
        if self.ending or stop.is_set():  # it was asked before it was there
            self.ending = True
            self._terminate()
        talking = await self.link.open(ours)
        try:
            code = await process.wait()
            await talking  # it may have said why
            return code
        finally:
            self.state, self._process = "gone", None

    def end(self) -> None:
        """Ask the process to finish in order; where it was asked already, it goes on with that."""
        if not self.ending:
            self.ending = True
            self._terminate()

    def end_at_once(self) -> None:
        """Ask the process, which was asked to finish in order, to end at once."""
        self._terminate()

    def kill(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def _terminate(self) -> None:
        """Send the signal that is the first to the process, or the second: see `StopSignals`."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    async def _spawn(self, command: Sequence[str]) -> tuple[asyncio.subprocess.Process, socket.socket]:
        """Spawn a process; returns it, and our end of the link."""
        ours, theirs = socket.socketpair()
        with theirs, ExitStack() as unless_spawned:
            unless_spawned.callback(ours.close)
            process = await asyncio.create_subprocess_exec(
                *command, NUMBER, str(self.number), LINK, str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL, pass_fds=(theirs.fileno(),),
                start_new_session=True,  # or Ctrl-C in a terminal would reach it twice
            )  # fmt: skip
            unless_spawned.pop_all()
        return process, ours

    async def _answer(self, what: str, values: dict[str, Any]) -> Any:
        if what == "ready":
            self.state, self.started = "ready", True
            self._on_ready()
        elif what == "failed":
            self.problem = values["problem"]
        else:
            return await self._relay(what, values)
        return None
