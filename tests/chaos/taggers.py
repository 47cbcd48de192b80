"""Tagger processes and their supervisor, which starts them again whatever ends them."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

START_AGAIN_SECONDS = 0.3
STOP_SECONDS = 45.0
HUNG = 124  # in place of an exit code: it did not end when it was asked to

Command = Callable[[int, int], Sequence[str]]  # slot and life → what to run


class Slot:
    """One tagger after the other, all under the same number."""

    def __init__(self, number: int, command: Command, log: Path) -> None:
        self.number = number
        self._command = command
        self.log = log
        self.lives = 0
        self.frozen = self.doomed = False
        self.started = self._died = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = self._command(self.number, self.lives)
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.started = time.monotonic()
        self.lives += 1

    def send(self, number: signal.Signals) -> bool:
        """Send a signal; False when nothing runs."""
        if self._process is None or self._process.poll() is not None:
            return False
        self._process.send_signal(number)
        self.doomed = self.doomed or number is signal.SIGKILL
        self.frozen = (self.frozen or number is signal.SIGSTOP) and number is not signal.SIGCONT
        return True

    def ended(self) -> int | None:
        """Return the exit code of the process, once."""
        code = self._process.poll() if self._process is not None else None
        if code is not None:
            self._process, self._died = None, time.monotonic()
            self.frozen = self.doomed = False
        return code

    @property
    def due(self) -> bool:
        """It is time to start it again."""
        return self._process is None and time.monotonic() - self._died > START_AGAIN_SECONDS

    def wait(self, seconds: float) -> int:
        """Wait for its end and return the exit code; kill it if it takes too long, and return HUNG."""
        if self._process is None:
            return 0
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return HUNG


class Taggers:
    """All of them.

    Attributes:
        exits: How often a process ended with which exit code; -9 are those that were killed.
    """

    def __init__(self, count: int, command: Command, folder: Path) -> None:
        self.slots = [Slot(number, command, folder / f"tagger-{number}.log") for number in range(count)]
        self.exits: Counter[int] = Counter()

    def start(self) -> None:
        for slot in self.slots:
            slot.start()

    def tick(self) -> None:
        """Start again what has ended."""
        for slot in self.slots:
            code = slot.ended()
            if code is not None:
                self.exits[code] += 1
            if slot.due:
                slot.start()

    def stop(self) -> dict[int, int]:
        """Ask all to end, and return their exit codes by slot."""
        for slot in self.slots:
            slot.send(signal.SIGCONT)
            slot.send(signal.SIGTERM)
        return {slot.number: slot.wait(STOP_SECONDS) for slot in self.slots}

    def kill(self) -> None:
        """End all at once."""
        for slot in self.slots:
            slot.send(signal.SIGKILL)
            slot.wait(STOP_SECONDS)
