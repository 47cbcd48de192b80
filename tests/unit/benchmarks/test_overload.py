"""What the overload part says of its bars."""

from __future__ import annotations

from dataclasses import replace

from tests.benchmarks.h2load import MISSING, Calls
from tests.benchmarks.overload.bench import Overload, render
from tests.benchmarks.overload.flood import Flood
from tests.benchmarks.overload.unary import Unary, refusals
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


def test_unary_calls_are_judged_by_the_caller_that_is_not_the_limit() -> None:
    report = replace(REPORT, capacity={"unary": 1_100.0}, steps=(CALM,))
    without = Overload(report, 190.0, 190.0, FLOOD)
    assert MISSING in render(without, None)
    quick = replace(without, unary=Unary(2_000.0, 6_000.0, 1_900.0, 30_000, 1.5))
    assert MISSING not in render(quick, None)
    assert list(verdicts(quick).items())[:2] == [
        ("unary, goodput at 3x / capacity", "met"),
        ("unary, refusals after sending, p99 ms", "met"),
    ]
    slow = replace(without, unary=Unary(2_000.0, 6_000.0, 1_700.0, 30_000, 5.5))
    assert list(verdicts(slow).values())[:2] == ["MISSED", "MISSED"]


def test_what_was_refused_is_told_from_what_was_answered_by_its_wait() -> None:
    beginning = [(0.1 * number, 3.0 + number) for number in range(10)]  # of these, too, some were answered
    later = [(2.0 + number / 100, 1.0 if number % 3 else 240.0) for number in range(300)]
    found = refusals(Calls(5.0, 105, tuple(beginning + later)))
    assert found == [1.0] * 200
