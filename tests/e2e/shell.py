"""Somebody who types what a page says, in a folder of a test, with its own ports."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

_SECONDS = 60.0


class Running:
    """A line that goes on until it is ended.

    Attributes:
        process: The shell, in a group of its own with all that it started.
    """

    def __init__(self, process: asyncio.subprocess.Process, file: Path) -> None:
        self.process = process
        self._file = file

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return self._file.read_text()

    async def wait_for(self, text: str) -> None:
        """Wait until it has printed a text."""
        until = time.monotonic() + _SECONDS
        while text not in self.said:
            assert self.process.returncode is None, f"it ended:\n{self.said}"
            assert time.monotonic() < until, f"no {text!r}:\n{self.said}"
            await asyncio.sleep(0.02)

    async def end(self) -> int:
        """Press Ctrl-C; returns the exit code."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGINT)
        async with asyncio.timeout(_SECONDS):
            return await self.process.wait()


class Shell:
    """A folder, variables, and what stands in lines for what has another name here; programs of `bin` come first."""

    def __init__(self, folder: Path, places: Mapping[str, str], **variables: str) -> None:
        self._folder = folder
        self._places = places
        self._files = 0
        path = os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        self._variables = {**os.environ, "PATH": path, **variables}

    def export(self, line: str) -> None:
        """Type a line that sets variables of those which follow."""
        for given in line.removeprefix("export ").split():
            name, _, content = given.partition("=")
            self._variables[name] = content

    async def typed(self, line: str) -> str:
        """Type a line that ends, in order; returns what it prints."""
        process = await self._start(line, asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        assert process.returncode == 0, f"{line}\n{out.decode()}"
        return out.decode()

    @asynccontextmanager
    async def running(self, line: str, **variables: str) -> AsyncIterator[Running]:
        """Type a line that does not end by itself, but with the context, in order unless it takes too long."""
        self._files += 1
        file = self._folder / f"said.{self._files}"
        with file.open("wb") as output:
            process = await self._start(line, output.fileno(), **variables)
        running = Running(process, file)
        try:
            yield running
        finally:
            try:
                await running.end()
            finally:
                if process.returncode is None:
                    os.killpg(process.pid, signal.SIGKILL)

    async def _start(self, line: str, output: int, **variables: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            "bash", "-c", self._here(line), cwd=self._folder, env={**self._variables, **variables},
            stdout=output, stderr=asyncio.subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def _here(self, line: str) -> str:
        names = sorted(self._places, key=len, reverse=True)
        return re.sub("|".join(rf"(?<![\w]){re.escape(name)}(?!\w)" for name in names), self._place, line)

    def _place(self, found: re.Match[str]) -> str:
        return self._places[found[0]]
