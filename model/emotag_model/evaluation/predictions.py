"""What a system gave, as a file: written to compare with later, or by any other program.

One JSON object a line for every judged message, in the order of the data:
`{"text": "Thanks!", "given": {"ekman": ["joy"], "goemotions": ["gratitude"]}}`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from emotag_model.text.errors import TextDataError
from emotag_model.text.examples import read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emotag_model.evaluation.outcome import Outcome
    from emotag_model.text.examples import Example, Row


def write_predictions(path: Path, examples: Sequence[Example], outcomes: Sequence[Outcome]) -> None:
    """Write what was given to each message, in every taxonomy or label set of `outcomes`."""
    with path.open("w", encoding="utf-8") as file:
        for row, example in enumerate(examples):
            given = {each.name: each.names(row) for each in outcomes}
            file.write(json.dumps({"text": example.text, "given": given}) + "\n")


def read_tallies(path: Path, examples: Sequence[Example], outcomes: Sequence[Outcome]) -> list[NDArray[np.bool_]]:
    """Read a predictions file for the same messages → per outcome what was given rightly, given, and true, [N, 3, K].

    Raises TextDataError naming the line that is of another message, or lacks or does not know a label.
    """
    rows = list(read_rows(path))
    if len(rows) != len(examples):
        raise TextDataError(f"{path}: has {len(rows)} lines for {len(examples)} messages; predict the same --data")
    for row, example in zip(rows, examples, strict=True):
        if row.text != example.text:
            raise TextDataError(f"{row.place}: text is not that of {example.place}; predict the same --data, in order")
    return [_tally(rows, outcome) for outcome in outcomes]


def _tally(rows: Sequence[Row], outcome: Outcome) -> NDArray[np.bool_]:
    given = np.zeros(outcome.truth.shape, dtype=np.bool_)
    places = {label: k for k, label in enumerate(outcome.labels)}
    for index, row in enumerate(rows):
        given[index, [places[label] for label in _labels(row, outcome.name, places)]] = True
    return np.stack([given & outcome.truth, given, outcome.truth], axis=1)


def _labels(row: Row, name: str, known: dict[str, int]) -> list[Any]:
    given = row.fields.get("given")
    labels = given.get(name) if isinstance(given, dict) else None
    if not isinstance(labels, list):
        raise TextDataError(f'{row.place}: given must be an object with {name!r}, such as {{"{name}": ["joy"]}}')
    if unknown := [label for label in labels if not isinstance(label, str) or label not in known]:
        raise TextDataError(f"{row.place}: given has {unknown[0]!r}; {name!r} has {', '.join(known)}")
    return labels
