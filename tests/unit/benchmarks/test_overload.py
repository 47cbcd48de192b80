"""What the overload part says of its bars."""

from __future__ import annotations

from dataclasses import replace

from tests.benchmarks.overload.bench import Overload, render
from tests.benchmarks.overload.flood import Flood
from tests.unit.load_test.reports import GOOD, REPORT

CALM = replace(GOOD, load=3.0, goodput=950.0)
FLOOD = Flood(20.0, 2.0, 10.0, 3.0, 40.0)


def verdicts(found: Overload) -> dict[str, str]:
    lines = [line for line in render(found, None).splitlines() if line.endswith((" met", " MISSED"))]
    return {line[:40].strip(): line.split()[-1] for line in lines}


def test_every_bar_is_said_to_be_met_or_missed() -> None:
    report = replace(REPORT, steps=(CALM, REPORT.steps[1]))
    assert verdicts(Overload(report, 190.0, 190.5, FLOOD)) == {
        "unary, goodput at 3x / capacity": "met",
        "stream, goodput at 3x / capacity": "met",
        "stream, refusals after sending, p99 ms": "met",
        "resident memory, after / before": "met",
        "another's p99 beside a flood / alone": "MISSED",
    }


def test_memory_that_grows_and_goodput_that_falls_miss_theirs() -> None:
    report = replace(REPORT, capacity={"unary": 1_100.0}, steps=(CALM,))
    found = verdicts(Overload(report, 190.0, 200.0, replace(FLOOD, beside_p99_ms=30.0)))
    assert list(found.values()) == ["MISSED", "MISSED", "met"]
