"""The lines of what sight costs: the same server with a port that is read, and without one.

By the processor time of the server: what a client on the same cores sees differs from run to run by more than that.
"""

from __future__ import annotations

import asyncio
import threading
import urllib.request
from collections.abc import Callable, Iterator

import psutil

from tests.benchmarks import load
from tests.benchmarks.process import free_port, server
from tests.benchmarks.row import Row, compare

SCRAPE_SECONDS = 1.0  # fifteen times as often as a Prometheus


def rows(repeats: int) -> Iterator[Row]:
    """Measure two servers in turn with the same load; one of them has its metrics read all the time."""
    port = free_port()
    with server("emotag", "serve", "--ops-port", str(port)) as (seen, reads, _), server("emotag", "serve") as other:
        plain, alone, _ = other
        for what, measure in (("stream", load.stream_rate), ("unary", load.unary_rate)):
            yield compare(
                f"{what}, metrics read each second",
                "CPU s",
                lambda measure=measure: _while_read(
                    port, lambda: _seconds(reads.pid, lambda: asyncio.run(measure(seen)))
                ),
                "no operators' port",
                lambda measure=measure: _seconds(alone.pid, lambda: asyncio.run(measure(plain))),
                repeats=repeats,
                bar="<= 1.03",
            )


def _seconds(pid: int, measure: Callable[[], float]) -> float:
    """Processor seconds that a process spends on a load."""
    process = psutil.Process(pid)
    before = sum(process.cpu_times()[:2])
    measure()
    return sum(process.cpu_times()[:2]) - before


def _while_read(port: int, measure: Callable[[], float]) -> float:
    """Measure while a thread reads the metrics."""
    over = threading.Event()

    def read() -> None:
        while not over.wait(SCRAPE_SECONDS):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as page:
                page.read()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        return measure()
    finally:
        over.set()
        reader.join()
