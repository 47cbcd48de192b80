"""How far a long command is: one line on standard error, only on a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL = 0.1


class Measured(Protocol):
    """What is read: a file of messages, or the files of a bulk run."""

    @property
    def size(self) -> int | None:
        """Bytes in all, or None where nobody knows."""

    def position(self) -> int:
        """Bytes that were read."""


class Progress:
    """Counts lines and errors, and shows them."""

    def __init__(self, output: TextIO, source: Measured, clock: Callable[[], float] = time.monotonic) -> None:
        self._output = output
        self._source = source
        self._clock = clock
        self._shown = output.isatty()
        self._started = self._next = clock()
        self.done = 0
        self.errors = 0

    def count(self, *, failed: bool) -> None:
        """One more line is answered."""
        self.add(1, int(failed))

    def add(self, lines: int, errors: int) -> None:
        """So many more are."""
        self.done += lines
        self.errors += errors
        if self._shown and self._clock() >= self._next:
            self._next = self._clock() + INTERVAL
            self._write(self._line())

    def finish(self) -> None:
        """Show the end result, and leave the line."""
        if self._shown:
            self._write(self._line() + "\n")

    def _line(self) -> str:
        elapsed = max(self._clock() - self._started, 1e-9)
        share = ""
        if self._source.size:
            share = f"  {min(1.0, self._source.position() / self._source.size):4.0%} read"
        return f"{self.done:,} lines{share}  {self.done / elapsed:,.0f}/s  {self.errors:,} errors"

    def _write(self, text: str) -> None:
        self._output.write(f"\r\033[K{text}")
        self._output.flush()
