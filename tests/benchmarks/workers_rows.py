"""The lines of several workers against one, one replica each: more cores than the client takes are needed to gain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from tests.benchmarks import load
from tests.benchmarks.process import server
from tests.benchmarks.row import Row, compare

_SERVE = ("emotag", "serve", "--devices", "cpu:1")


def rows(repeats: int) -> Iterator[Row]:
    """Measure two workers and one process in turn, both up all the time, client on the same cores."""
    with server(*_SERVE, "--workers", "2") as (two, _, _), server(*_SERVE) as (one, _, _):
        for what, measure in (
            ("2 workers, 8 streams, frames of 64", load.many_streams_rate),
            ("2 workers, unary, 32 in flight", load.unary_rate),
        ):
            yield compare(
                what,
                "messages/s",
                lambda measure=measure: asyncio.run(measure(two)),
                "one process",
                lambda measure=measure: asyncio.run(measure(one)),
                repeats=repeats,
                bar=">= 1.8, where the client has cores of its own",
            )
