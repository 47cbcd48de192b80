"""Texts to learn from without their labels: for a teacher to tag, or for pre-training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.training.data.held_out import held_back
from emotag_model.training.data.lines import read
from emotag_model.training.data.normal_form import normal_form
from emotag_model.training.data.registry import find
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from emotag_model.training.data.data_set import DataSet
    from emotag_model.training.data.row import Row


def check_may_ship(data_sets: Iterable[DataSet]) -> None:
    """Raise TrainingError naming the first data set that a checkpoint to be passed on must not be trained on."""
    for data_set in data_sets:
        if not data_set.licence.may_ship:
            raise TrainingError(
                f"unlabelled: {data_set.name} must not be in a checkpoint that ships, its licence being: "
                f"{data_set.licence}; leave it out, or set may_ship_only to false in a recipe for research only"
            )


def unlabelled_rows(
    folder: Path, names: Sequence[str], known: set[str], conversations: Collection[str] = ()
) -> list[Row]:
    """Return the rows of the train splits of the data sets `names`, each text once, without those in `known`.

    `known` holds normal forms of what is trained on with labels. What belongs to one of `conversations`, or to one that
    others hold back to measure by, is left out.
    Raises TrainingError for an unknown data set and a missing file, TextDataError for a bad row.
    """
    seen, rows = set(known), []
    for row in _rows(folder, [find(name) for name in names]):
        if row.conversation not in conversations and (form := normal_form(row.text)) not in seen:
            seen.add(form)
            rows.append(row)
    return rows


def _rows(folder: Path, data_sets: Sequence[DataSet]) -> Iterator[Row]:
    """Yield the rows, reading each file once, however many of the data sets are in it."""
    for path, members in _files(folder, data_sets).items():
        sources = {each.source for each in members}
        for row in read(path, members[0].reader):
            halved = members[0].half_held_back and held_back(row.conversation)
            if not halved and (None in sources or row.source in sources):
                yield row


def _files(folder: Path, data_sets: Sequence[DataSet]) -> dict[Path, list[DataSet]]:
    files: dict[Path, list[DataSet]] = {}
    for each in data_sets:
        if not each.train_splits():
            raise TrainingError(f"unlabelled: {each.name} has no split to train on, all of it being held out")
        for split in each.train_splits():
            files.setdefault(each.path(folder, split.name), []).append(each)
    for path, members in files.items():
        if not path.is_file():
            raise TrainingError(f"{path}: no such file; get {members[0].title} at {members[0].home}")
    return files
