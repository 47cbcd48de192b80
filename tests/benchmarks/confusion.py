"""Draw what tags say of agents' messages, side by side: `python -m tests.benchmarks.confusion GOLD NAME=TAGS … --out PNG`.

GOLD is agents/dev.jsonl.gz; TAGS has a JSON object with `id` and `label` a line, as `emotag stream` writes them. A row of
a picture is what both readers gave first, a cell the share of it that got the tag, with the number of messages.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emotag_model.labels import BASIC_LABELS
from emotag_model.text.examples import read_rows

_RIGHT, _WRONG = "Greens", "Oranges"


def main() -> int:
    """Write the picture."""
    args = _arguments()
    gold = {row.fields["id"]: row.fields["label"] for row in read_rows(args.gold)}
    figure = Figure(figsize=(5.6 * len(args.tags), 5.4), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, len(args.tags)))
    for each, said in zip(axes, args.tags, strict=True):
        name, _, path = said.partition("=")
        _draw(each, name, counts(gold, tags(Path(path))))
    figure.savefig(args.out, dpi=100)
    return 0


def tags(path: Path) -> dict[str, str]:
    """Return the label that each message was tagged with."""
    return {row["id"]: row["label"] for row in _objects(path)}


def counts(gold: Mapping[str, str | None], given: Mapping[str, str]) -> np.ndarray:
    """Return how many messages of each label got each tag, [7, 7]; those whose readers disagree are left out."""
    table = np.zeros((len(BASIC_LABELS), len(BASIC_LABELS)), dtype=np.int64)
    for name, label in gold.items():
        if label is not None:
            table[BASIC_LABELS.index(label), BASIC_LABELS.index(given[name])] += 1
    return table


def _objects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _draw(axes: Axes, name: str, table: np.ndarray) -> None:
    shares = table / table.sum(axis=1, keepdims=True).clip(min=1)
    right = np.eye(len(table), dtype=bool)
    axes.imshow(np.ma.masked_array(shares, ~right), cmap=_RIGHT, vmin=0, vmax=1)
    axes.imshow(np.ma.masked_array(shares, right), cmap=_WRONG, vmin=0, vmax=1)
    for row, column in np.argwhere(table):
        colour = "white" if shares[row, column] > 0.6 else "black"
        axes.text(column, row, str(table[row, column]), ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(table)), BASIC_LABELS, rotation=45)
    axes.set_yticks(range(len(table)), [f"{label} ({table[row].sum()})" for row, label in enumerate(BASIC_LABELS)])
    axes.set(title=name, xlabel="tag", ylabel="readers")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.confusion", description=__doc__)
    parser.add_argument("gold", type=Path, help="agents/dev.jsonl.gz")
    parser.add_argument("tags", nargs="+", help="NAME=FILE, in the order of the pictures")
    parser.add_argument("--out", type=Path, required=True, help="PNG to write (required)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
