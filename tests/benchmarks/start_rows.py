"""What it takes to have the service up, against what importing torch alone takes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil

from tests.benchmarks.process import server
from tests.benchmarks.row import Row, compare

IMPORT_TORCH = "import torch; import psutil; print(psutil.Process().memory_info().rss)"


def rows(repeats: int) -> Iterator[Row]:
    """Seconds until the first tag, and resident memory after it."""
    yield compare(
        "start to first tag",
        "s",
        lambda: _start()[0],
        "import torch",
        lambda: _import_torch()[0],
        repeats=repeats,
        bar="<= 0.6 s",
    )
    yield compare(
        "resident memory",
        "MB",
        lambda: _start()[1],
        "import torch",
        lambda: _import_torch()[1],
        repeats=repeats,
        bar="<= 200 MB",
    )


def _start() -> tuple[float, float]:
    with server("emotag", "serve") as (_, process, seconds):
        return seconds, psutil.Process(process.pid).memory_info().rss / 1e6


def _import_torch() -> tuple[float, float]:
    began = time.perf_counter()
    resident = subprocess.run([sys.executable, "-c", IMPORT_TORCH], check=True, capture_output=True).stdout
    return time.perf_counter() - began, int(resident) / 1e6
