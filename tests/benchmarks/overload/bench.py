"""From half to three times what a server can, by unary calls and over a stream; its memory; and one caller that floods."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from emotag.channel import Connection
from emotag_service.load_test.ladder import STREAM, UNARY, Ladder, Load
from emotag_service.load_test.plot import draw
from emotag_service.load_test.step import LoadReport, Step
from emotag_service.load_test.table import table
from emotag_service.load_test.texts import made_texts
from tests.benchmarks.h2load import MISSING
from tests.benchmarks.overload import unary
from tests.benchmarks.overload.flood import Flood, flood
from tests.benchmarks.overload.unary import Unary
from tests.benchmarks.process import free_port, server

LOADS = (0.5, 0.8, 1.0, 1.5, 2.0, 3.0)
LOAD = Load(
    calls=(UNARY, STREAM), rates=(), loads=LOADS, seconds=2.0, patience=5.0, connections=8, streams=1
)  # fmt: skip
GOODPUT, REFUSAL_MS, GROWTH, SLOWER = 0.9, 5.0, 1.02, 3.0


@dataclass(frozen=True)
class Overload:
    """What was measured.

    Attributes:
        report: The ladder.
        before_mb: Resident memory of the server after a first ladder, which warmed it up.
        after_mb: The same after the ladder that counts.
        flood: What one caller's flood does to another.
        unary: Unary calls by a client that is not the limit; None where there is none such.
    """

    report: LoadReport
    before_mb: float
    after_mb: float
    flood: Flood
    unary: Unary | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@contextmanager
def apart() -> Iterator[tuple[str, psutil.Process, int]]:
    """A server on the first core that this process may use, and this process on the others, where there are several.

    Yields its target, its process, and the port of its metrics.
    """
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])  # which the server inherits
    ops_port = free_port()
    with server("emotag", "serve", "--devices", "cpu:1", "--ops-port", str(ops_port)) as (target, process, _):
        os.sched_setaffinity(0, cores[1:] or cores)
        try:
            yield target, psutil.Process(process.pid), ops_port
        finally:
            os.sched_setaffinity(0, cores)


def measure() -> Overload:
    """Measure; progress goes to standard error."""
    with apart() as (target, process, ops_port):
        climb(target)
        before = process.memory_info().rss / 1e6
        report = climb(target)
        after = process.memory_info().rss / 1e6
        flat_out = unary.measure(target, ops_port)
        return Overload(report, before, after, flood(target, report.capacity[STREAM]), flat_out)


def climb(target: str) -> LoadReport:
    """Load the server from half to three times what it can."""
    return asyncio.run(Ladder(LOAD, made_texts(), _show).run(Connection(target)))


def render(found: Overload, plot: Path | None) -> str:
    """The measurement as text for people, with the bars; and as a picture."""
    if plot is not None:
        draw(found.report, plot)
    lines = [table(found.report), ""]
    if found.unary is None:
        lines += [f"{MISSING}: of unary calls below the caller is the limit at three times the capacity.", ""]
    else:
        lines += _unary(found.unary)
    for calls, capacity in found.report.capacity.items():
        if calls == UNARY and found.unary is not None:
            continue
        worst = next(step for step in found.report.steps if step.calls == calls and step.load == LOADS[-1])
        lines.append(_bar(f"{calls}, goodput at 3x / capacity", worst.goodput / capacity, GOODPUT, at_least=True))
        lines += [_bar(f"{calls}, refusals after sending, p99 ms", each, REFUSAL_MS) for each in _refusals(worst)]
    lines.append(_bar("resident memory, after / before", found.after_mb / found.before_mb, GROWTH))
    lines.append(_bar("another's p99 beside a flood / alone", found.flood.slower, SLOWER))
    lines.append(f"before {found.before_mb:,.0f} MB, after {found.after_mb:,.0f} MB; {found.flood}")
    return "\n".join(lines)


def _unary(found: Unary) -> list[str]:
    answered = f"{found.capacity:,.0f}/s answered with 32 under way, {found.goodput:,.0f} of {found.arrivals:,.0f}/s"
    return [
        f"unary by h2load: {answered}",
        _bar("unary, goodput at 3x / capacity", found.goodput / found.capacity, GOODPUT, at_least=True),
        _bar("unary, refusals after sending, p99 ms", found.refused_p99_ms, REFUSAL_MS),
    ]


def _refusals(step: Step) -> list[float]:
    return [each.after_sending_p99_ms for each in step.refusals]


def _bar(what: str, value: float, bar: float, *, at_least: bool = False) -> str:
    met = value >= bar if at_least else value <= bar
    return f"{what:<40} {value:8.3g}  {'>=' if at_least else '<='} {bar:g}  {'met' if met else 'MISSED'}"


def _show(step: Step) -> None:
    print(f"measured: {step.calls} at {step.load}x: {step.goodput:,.0f}/s in time", file=sys.stderr, flush=True)
