"""The lines of two workers against one, one replica each: more cores than the client takes are needed to gain."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator

from tests.benchmarks import h2load, load
from tests.benchmarks.process import free_port, server
from tests.benchmarks.row import Row, compare

_SERVE = ("emotag", "serve", "--devices", "cpu:1")
_TWO = (*_SERVE, "--workers", "2")
_CONNECTIONS, _STREAMS, _SECONDS = 32, 2, 4  # connections enough that each worker has about half


def rows(repeats: int) -> Iterator[Row]:
    """Measure two workers and one process in turn, both up all the time, client on the same cores."""
    with server(*_TWO) as (two, _, _), server(*_SERVE) as (one, _, _):
        yield compare(
            "2 workers, 8 streams, frames of 64",
            "messages/s",
            lambda: asyncio.run(load.many_streams_rate(two)),
            "one process",
            lambda: asyncio.run(load.many_streams_rate(one)),
            repeats=repeats,
            bar=">= 1.8, where the client has cores of its own",
        )
    if h2load.installed():
        yield _a_core_each(repeats)
    else:
        print(f"left out: {h2load.MISSING}, and the caller of unary calls would be the limit", file=sys.stderr)


def _a_core_each(repeats: int) -> Row:
    """Two workers on two cores and one process on one of them, by a client that takes next to nothing."""
    two_port, one_port = free_port(), free_port()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:2])  # which servers inherit
    try:
        with server(*_TWO, "--ops-port", str(two_port)) as (two, _, _):
            os.sched_setaffinity(0, cores[:1])
            with server(*_SERVE, "--ops-port", str(one_port)) as (one, _, _):
                os.sched_setaffinity(0, cores)
                return compare(
                    "2 workers on two cores, unary",
                    "messages/s",
                    lambda: _rate(two, two_port),
                    "one process on one core",
                    lambda: _rate(one, one_port),
                    repeats=repeats,
                    bar=">= 1.8",
                )
    finally:
        os.sched_setaffinity(0, cores)


def _rate(target: str, ops_port: int) -> float:
    found = h2load.calls(target, ops_port, connections=_CONNECTIONS, streams=_STREAMS, seconds=_SECONDS)
    return found.rate
