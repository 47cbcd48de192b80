"""The figures as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev
from typing import Any

from tests.benchmarks.ablation.unknown import SETS

SCORES = ("Ekman", "28", "Ekman, badly", "28, badly")


def table(lines: Sequence[dict[str, Any]]) -> str:
    """Return a line per name, in order of appearance; where a part is off, scores are differences to the same network."""
    head = ["words", "rows", *(f"unknown, {name}" for name in SETS), *(f"macro-F1, {name}" for name in SCORES)]
    names = list(dict.fromkeys(line["name"] for line in lines))
    return "\n".join([_row(head), _row(["---"] * len(head)), *(_row(_cells(name, lines)) for name in names)])


def _cells(name: str, lines: Sequence[dict[str, Any]]) -> list[str]:
    own = [line for line in lines if line["name"] == name]
    unknown = ["–" if rate is None else f"{rate:.2%}" for rate in own[0]["unknown"].values()]
    scores = [_spread([_score(line, each, lines) for line in own if line["scores"]], name) for each in SCORES]
    return [name, f"{own[0]['rows']:,}", *unknown, *scores]


def _score(line: dict[str, Any], score: str, lines: Sequence[dict[str, Any]]) -> float:
    value: float = line["scores"][score]
    if not line["name"].startswith("−"):
        return value
    key = ("recipe", "seed", "epochs")
    whole = next(each for each in lines if all(each[k] == line[k] for k in key))  # comes first of its training
    return value - float(whole["scores"][score])


def _spread(values: Sequence[float], name: str) -> str:
    if not values:
        return "–"
    form = "{:+.4f}" if name.startswith("−") else "{:.4f}"
    return form.format(mean(values)) + (f" ± {stdev(values):.4f}" if len(values) > 1 else "")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
