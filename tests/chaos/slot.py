"""One tagger process after the other, all under the same number."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.chaos.last_words import last_words

START_AGAIN_SECONDS = 0.3
HUNG = 124  # in place of an exit code: it did not end when it was asked to

Command = Callable[[int, int], Sequence[str]]  # slot and deaths → what to run


class End(NamedTuple):
    """How a process ended.

    Attributes:
        code: Its exit code.
        told: It was sent a signal to end; otherwise it ended by itself.
        words: The last that it said of errors.
    """

    code: int
    told: bool
    words: str


class Slot:
    """One tagger process after the other.

    Attributes:
        lives: How many there were so far, the running one included.
        deaths: How many of them killed themselves, as those do that die at a point.
        frozen: The running one was stopped by SIGSTOP.
        told: The running one was told to end, and may take a while.
        started: When it was, by `time.monotonic`.
    """

    def __init__(self, number: int, command: Command, log: Path) -> None:
        self.number = number
        self._command = command
        self.log = log
        self.lives = self.deaths = 0
        self.frozen = self.told = False
        self.started = self._died = 0.0
        self._said_before = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._said_before = log.tell()
            command = self._command(self.number, self.deaths)
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.started = time.monotonic()
        self.lives += 1

    def send(self, number: signal.Signals) -> bool:
        """Send a signal; False when nothing runs."""
        if self._process is None or self._process.poll() is not None:
            return False
        self._process.send_signal(number)
        self.told = self.told or number in {signal.SIGKILL, signal.SIGTERM}
        self.frozen = (self.frozen or number is signal.SIGSTOP) and number is not signal.SIGCONT
        return True

    def ended(self) -> End | None:
        """Return how the process ended, once."""
        code = self._process.poll() if self._process is not None else None
        if code is None:
            return None
        end = self._end(code)
        self.deaths += code == -signal.SIGKILL and not end.told
        self._process, self._died = None, time.monotonic()
        self.frozen = self.told = False
        return end

    @property
    def due(self) -> bool:
        """It is time to start it again."""
        return self._process is None and time.monotonic() - self._died > START_AGAIN_SECONDS

    def wait(self, seconds: float) -> End:
        """Wait for its end and return how it was; kill it if it takes too long, and say HUNG."""
        if self._process is None:
            return End(0, told=True, words="")
        try:
            return self._end(self._process.wait(seconds))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return self._end(HUNG)

    def _end(self, code: int) -> End:
        return End(code, self.told, last_words(self.log, self._said_before))
