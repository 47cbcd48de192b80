"""One line of the table: a subject against a baseline, measured in turn in the same run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """Medians over repeats, and the median of the ratios pair by pair.

    Attributes:
        what: What is measured.
        unit: Unit of both figures.
        subject: Median figure of emotag.
        baseline_name: What it is measured against.
        baseline: Median figure of the baseline.
        ratio: Median over pairs of subject / baseline.
        spread: Smallest and largest ratio of a pair.
        bar: What design.md asks for, or "".
    """

    what: str
    unit: str
    subject: float
    baseline_name: str
    baseline: float
    ratio: float
    spread: tuple[float, float]
    bar: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    what: str,
    unit: str,
    subject: Callable[[], float],
    baseline_name: str,
    baseline: Callable[[], float],
    *,
    repeats: int,
    bar: str = "",
) -> Row:
    """Measure `subject` and `baseline` in turn, `repeats` pairs after one pair that does not count.

    Interleaving keeps the ratio true when the machine's speed drifts.
    """
    pairs = [(subject(), baseline()) for _ in range(repeats + 1)][1:]
    return of_pairs(what, unit, baseline_name, pairs, bar)


def of_pairs(what: str, unit: str, baseline_name: str, pairs: Sequence[tuple[float, float]], bar: str = "") -> Row:
    """Make a row of (subject, baseline) pairs that were measured in turn."""
    ratios = sorted(mine / other for mine, other in pairs)
    return Row(
        what=what,
        unit=unit,
        subject=statistics.median(mine for mine, _ in pairs),
        baseline_name=baseline_name,
        baseline=statistics.median(other for _, other in pairs),
        ratio=statistics.median(ratios),
        spread=(ratios[0], ratios[-1]),
        bar=bar,
    )


HEADINGS = ("what", "emotag", "baseline", "", "unit", "ratio", "min..max", "bar")


def table(rows: list[Row]) -> str:
    """The rows as text, columns aligned."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def _cells(row: Row) -> tuple[str, ...]:
    low, high = row.spread
    return (
        row.what,
        _figure(row.subject),
        _figure(row.baseline),
        row.baseline_name,
        row.unit,
        f"{_figure(row.ratio)}x",
        f"{_figure(low)}..{_figure(high)}",
        row.bar,
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
