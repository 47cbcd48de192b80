"""`emotag tag-topic` as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

SECONDS = 120.0


class TagTopic:
    """A tagger that is running while the context lasts; without a checkpoint one with an engine elsewhere.

    Attributes:
        said: What it has written to stderr so far.
    """

    def __init__(self, bootstrap: str, checkpoint: Path | None, *options: str, **variables: str) -> None:
        self._command = [
            sys.executable, "-m", "emotag", "tag-topic", "--bootstrap", bootstrap, "--log-format", "json", *options,
            *(("--checkpoint", str(checkpoint), "--devices", "cpu") if checkpoint else ()),
        ]  # fmt: skip
        self._variables = {**os.environ, **variables}
        self.said = ""

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command, env=self._variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self._end()

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it has logged so far."""
        return [json.loads(line) for line in self.said.splitlines() if line.startswith("{") and line.endswith("}")]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Events of one name."""
        return [one for one in self.events if one["event"] == event]

    def wait_for(self, event: str, count: int = 1) -> dict[str, Any]:
        """Wait until it has logged that event so often; return the last of them."""
        until = time.monotonic() + SECONDS
        while len(found := self.logged(event)) < count:
            assert self.process.poll() is None or len(self.logged(event)) >= count, f"it ended:\n{self.said}"
            assert time.monotonic() < until, f"no {event!r} in {SECONDS:g} s:\n{self.said}"
            time.sleep(0.02)
        return found[-1]

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def exit_code(self) -> int:
        """Wait for the end."""
        self.process.wait(SECONDS)
        self._end()
        return self.process.returncode

    def alive(self) -> None:
        """Fail when it has ended."""
        assert self.process.poll() is None, f"it ended:\n{self.said}"

    def _end(self) -> None:
        self.process.wait()
        self._reading.join()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line
