"""Messages labelled in the words of `basic`: agents' in the data folder, those that we read, and those we wrote.

Beside them lie texts that were written as people tell of themselves, without labels: teachers say what they are.

Readers were language models that read message by message by a guide; no rule and no classifier decided a label.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emotag_model.labels import BASIC_LABELS, HEADS
from emotag_model.labels.catalogue import BASIC
from emotag_model.text import TextDataError
from emotag_model.text.examples import Example, read_rows
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_model.text.examples import Row

TRAIN, DEV = "agents/train.jsonl.gz", "agents/dev.jsonl.gz"
_READINGS = Path(__file__).parent / "readings" / "readings.tsv"
_WRITTEN = Path(__file__).parent / "readings" / "written.jsonl"
_TOLD = Path(__file__).parent / "readings" / "told.txt"
_PLACES = {label: HEADS[BASIC].start + place for place, label in enumerate(BASIC_LABELS)}


@dataclass(frozen=True)
class Reading:
    """What readers said of a message that lies in the data folder."""

    file: str  # below the data folder
    id: str  # of the message in it
    labels: tuple[str, ...]


def agents_train(folder: Path, *, ours: bool) -> list[Example]:
    """Return all messages labelled in the words of `basic` that may be trained on.

    Those of `folder`/agents and, with `ours`, those of other files of `folder` that we read, and those that we wrote.
    Raises TrainingError where there are none, TextDataError for a bad file.
    """
    path = folder / TRAIN
    if not path.is_file():
        raise TrainingError(f"{path}: no such file; --data must name a folder with {TRAIN}")
    labelled = [_example(row, "labels") for row in read_rows(path)]
    return [*labelled, *(_read(folder, readings()) if ours else []), *(written() if ours else [])]


def agents_dev(folder: Path) -> list[Example]:
    """Return the messages to choose by; a label is true that either of the two readers accepts.

    Raises TrainingError where `folder` has none, TextDataError for a bad file.
    """
    path = folder / DEV
    if not path.is_file():
        raise TrainingError(f"{path}: no such file; --data must name a folder with {DEV}")
    return [_example(row, "accept") for row in read_rows(path)]


def readings() -> list[Reading]:
    """Return what readers said, as it is kept: file, id and labels, no text."""
    with _READINGS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [Reading(row["file"], row["id"], tuple(row["labels"].split(","))) for row in rows]


def written() -> list[Example]:
    """Return the messages that were written for training, with labels by the same guide."""
    return [_example(row, "labels") for row in read_rows(_WRITTEN)]


def told() -> list[Example]:
    """Return the texts that were written as people tell, post and chat, a line each; they have no labels."""
    lines = _TOLD.read_text(encoding="utf-8").splitlines()
    return [Example(text, (), f"{_TOLD}:{number}") for number, text in enumerate(lines, start=1)]


def _read(folder: Path, found: Iterable[Reading]) -> list[Example]:
    """Put texts to readings. A file that is not at hand costs its readings, and nothing else."""
    wanted: dict[str, dict[str, Reading]] = defaultdict(dict)
    for reading in found:
        wanted[reading.file][reading.id] = reading
    examples = []
    for file, by_id in wanted.items():
        if (folder / file).is_file():
            rows = ((row, by_id.get(str(row.fields.get("id")))) for row in read_rows(folder / file))
            examples += [_labelled(row, reading.labels) for row, reading in rows if reading]
    return examples


def _example(row: Row, field: str) -> Example:
    names = row.fields.get(field)
    if not isinstance(names, list) or not names:
        raise TextDataError(f"{row.place}: {field} must be a list of at least one label, not {names!r}")
    if unknown := [name for name in names if not isinstance(name, str) or name not in _PLACES]:
        raise TextDataError(f"{row.place}: {field} has {unknown[0]!r}; known are {', '.join(_PLACES)}")
    return _labelled(row, names)


def _labelled(row: Row, names: Iterable[str]) -> Example:
    return Example(row.text, tuple(_PLACES[name] for name in names), row.place)
