"""The lines of the service: unary, packed bidi and idle latency against an echo server of the same contract."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from tests.benchmarks import load
from tests.benchmarks.process import server
from tests.benchmarks.row import Row, compare

ECHO = "echo server"
LINES: tuple[tuple[str, str, Callable[[str], Awaitable[float]], str], ...] = (
    ("unary, 32 in flight", "messages/s", load.unary_rate, ">= 0.8"),
    ("stream, frames of 64", "messages/s", load.stream_rate, ">= 25,000/s"),
    ("stream, long agent messages", "messages/s", load.long_stream_rate, ">= 12,000/s"),
    ("latency at idle, p50", "ms", load.idle_latency, "<= 1.5"),
)


def rows(repeats: int) -> Iterator[Row]:
    """Measure the real server and the echo server in turn, both up all the time, client on the same cores."""
    with server("emotag", "serve") as (real, _, _), server("tests.benchmarks.echo_server") as (echo, _, _):
        for what, unit, measure, bar in LINES:
            yield compare(
                what,
                unit,
                lambda measure=measure: asyncio.run(measure(real)),
                ECHO,
                lambda measure=measure: asyncio.run(measure(echo)),
                repeats=repeats,
                bar=bar,
            )
        yield compare(
            "health check, p99, hostile frames",
            "ms",
            lambda: asyncio.run(load.health_latency(real, hostile=True)),
            "the same, idle",
            lambda: asyncio.run(load.health_latency(real, hostile=False)),
            repeats=repeats,
            bar="<= 50 ms",
        )
