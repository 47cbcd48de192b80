"""What may never be trained on: every dev and test split of every data set at hand, and conversations held back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from emotag_model.training.data.lines import read, split_name
from emotag_model.training.data.near import NearTexts
from emotag_model.training.data.readers import any_text
from emotag_model.training.data.registry import REGISTRY
from emotag_model.training.data.split import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from emotag_model.training.data.leaks import Text
    from emotag_model.training.data.row import Row


@dataclass(frozen=True)
class HeldOut:
    """The rows of all held-out splits at hand."""

    rows: list[Row]

    @classmethod
    def below(cls, folder: Path) -> Self:
        """Read them below the data folder `folder`, those of data sets that are not registered as well.

        Raises TextDataError for a file that cannot be read: what is in it might be trained on otherwise.
        """
        return cls([row for path in _held_out_files(folder) for row in read(path, any_text)])

    @cached_property
    def conversations(self) -> frozenset[str]:
        """The conversations that they are of."""
        return frozenset(row.conversation for row in self.rows) - {""}

    def keep_out(self, texts: Iterable[Text]) -> list[Text]:
        """Return those of `texts` that are not nearly one of them."""
        return [each for each in texts if not self.has(each.text)]

    def has(self, text: str) -> bool:
        """Whether `text` is nearly one of them."""
        return self._near.find(text) is not None

    @cached_property
    def _near(self) -> NearTexts:
        return NearTexts(row.text for row in self.rows)


def held_back(conversation: str) -> bool:
    """Whether a conversation of agents is among those that others measure by: half of them, by a digest of the id."""
    return hashlib.sha256(conversation.encode()).digest()[-1] % 2 == 0


def role_of(path: Path) -> Role:
    """Return the role of the split in a file …/<data set>/<split>.jsonl.gz."""
    data_set, name = REGISTRY.get(path.parent.name), split_name(path)
    known = {split.name: split.role for split in data_set.splits} if data_set else {}
    return known.get(name, Role.of_name(name))


def _held_out_files(folder: Path) -> Iterator[Path]:
    for path in sorted((*(folder / "text").glob("*/*.jsonl*"), *(folder / "agents").glob("*.jsonl*"))):
        if path.suffix in {".gz", ".jsonl"} and role_of(path).held_out:
            yield path
