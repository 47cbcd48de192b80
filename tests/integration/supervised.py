"""`emotag serve --workers 2`, and the processes that it has."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

from tests.integration.process import Serving

if TYPE_CHECKING:
    from pathlib import Path


def serving_workers(checkpoint: Path, *options: str, **others: Any) -> Serving:
    """A server of two workers, with an operators' port, that is up while the context lasts."""
    return Serving(checkpoint, "--workers", "2", "--ops-port", "0", *options, ready=b'"ready"', **others)


def operators_of(server: Serving) -> int:
    """The operators' port of a server."""
    [opened] = server.logged("operators port opened")
    port: int = opened["port"]
    return port


def pid_of(server: Serving, worker: int) -> int:
    """The process of a worker, by what it was started with."""
    for line in _ps(server.process.pid):
        pid, _, command = line.strip().partition(" ")
        if f"--number {worker} " in command:
            return int(pid)
    raise AssertionError(f"no worker {worker}")


def _ps(parent: int) -> list[str]:
    command = ["ps", "-o", "pid=,args=", "-ww", "--ppid", str(parent)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
