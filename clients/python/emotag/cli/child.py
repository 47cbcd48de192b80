"""A child process for as long as the demo needs it: what it prints is kept, and it is stopped whatever happens."""

from __future__ import annotations

import subprocess
import tempfile
from typing import TYPE_CHECKING

from emotag.cli.held_signals import held_signals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

STOP_SECONDS = 15.0


class ChildFailedError(Exception):
    """A child process failed; the text says what it printed."""


class Child:
    """A process that runs while the context lasts.

    Attributes:
        name: What people call it, such as "the server".
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """`environment` replaces this process's own."""
        self.name = name
        self._command = command
        self._environment = environment
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it."""
        # A session of its own: Ctrl-C reaches the demo alone, which then stops the process in order.
        try:
            with held_signals():
                self._process = subprocess.Popen(  # noqa: S603 - our own command line
                    self._command,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=self._output,
                    stderr=self._output,
                    start_new_session=True,
                )
        except BaseException:
            self.stop()
            raise

    @property
    def exit_code(self) -> int | None:
        """Once it has ended; negative for a signal."""
        return None if self._process is None else self._process.poll()

    def check(self, problem: str = "") -> None:
        """Raise ChildFailedError when it has ended, or when there is a problem with it."""
        if self.exit_code is not None:
            problem = f"ended with exit code {self.exit_code}"
        if problem:
            raise ChildFailedError(f"{self.name} {problem}:\n{self._said()}")

    def stop(self) -> None:
        """Ask it to end, and kill it when it does not. Idempotent."""
        try:
            if self._process is not None:
                self._end(self._process)
        finally:
            self._output.close()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except BaseException as error:
            process.kill()
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise

    def _said(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace").strip()[-4000:]
