"""The texts that may never be trained on: those of every dev and test split of every data set at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.training.data.lines import read, split_name
from emotag_model.training.data.readers import any_text
from emotag_model.training.data.registry import REGISTRY
from emotag_model.training.data.split import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emotag_model.training.data.row import Row


def held_out_rows(folder: Path) -> list[Row]:
    """Return the rows of all held-out splits below `folder`/text, of data sets that are not registered as well.

    Raises TextDataError for a file that cannot be read: what is in it might be trained on otherwise.
    """
    return [row for path in _held_out_files(folder) for row in read(path, any_text)]


def role_of(path: Path) -> Role:
    """Return the role of the split in a file DATA/text/<data set>/<split>.jsonl.gz."""
    data_set, name = REGISTRY.get(path.parent.name), split_name(path)
    known = {split.name: split.role for split in data_set.splits} if data_set else {}
    return known.get(name, Role.of_name(name))


def _held_out_files(folder: Path) -> Iterator[Path]:
    for path in sorted((folder / "text").glob("*/*.jsonl*")):
        if path.suffix in {".gz", ".jsonl"} and role_of(path).held_out:
            yield path
