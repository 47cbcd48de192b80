"""A data set as it is registered: where it lies, how it is read, what may be done with it, and what its labels mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from emotag_model.training.data.licence import Licence
    from emotag_model.training.data.readers import Reader
    from emotag_model.training.data.split import Split


class Meaning(NamedTuple):
    """The labels of ours that stand for a label of theirs; None where none does."""

    ekman: str | None
    goemotions: str | None


NOTHING = Meaning(None, None)


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """One data set.

    Attributes:
        name: What commands and recipes call it; `unlabelled:` and `streams:` are in front of texts without labels.
        title: What its makers call it.
        splits: Its splits, in the order of their use.
        reader: Makes a row of one of its JSON objects.
        licence: The terms of use.
        home: Where the files come from.
        paper: Whom to cite.
        labels: Its labels, and what they mean in ours. Empty where it has none.
        file: Path below the data folder of a split's file, with `{split}` for its name.
        source: The value of `source` in the rows that are of it, where a file holds several data sets.
        half_held_back: Whether half of its conversations are held back by others, to measure us by (`….held_out`).
        note: What one has to know to use it rightly.
    """

    name: str
    title: str
    splits: tuple[Split, ...]
    reader: Reader
    licence: Licence
    home: str
    paper: str
    labels: Mapping[str, Meaning] = field(default_factory=dict)
    file: str = ""
    source: str | None = None
    half_held_back: bool = False
    note: str = ""

    def path(self, folder: Path, split: str) -> Path:
        """Return the file of a split below the data folder `folder`."""
        return folder / (self.file or f"text/{self.name}/{{split}}.jsonl.gz").format(split=split)

    def train_splits(self) -> list[Split]:
        """Return the splits that may be trained on."""
        return [split for split in self.splits if not split.role.held_out]


def same(*names: str) -> dict[str, Meaning]:
    """Return labels that mean what they mean with us, in both taxonomies."""
    return {name: Meaning(name, name) for name in names}
