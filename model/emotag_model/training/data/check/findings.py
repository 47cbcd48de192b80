"""What was found of a data set."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emotag_model.training.data.check.overlap import Overlap
from emotag_model.training.data.split import Role

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_model.training.data.data_set import DataSet
    from emotag_model.training.data.row import BadRow
    from emotag_model.training.data.split import Split


@dataclass
class SplitFindings:
    """What was found of a split; `rows` is None where its file is missing."""

    split: Split
    path: Path
    rows: int | None = None
    labels: Counter[str] = field(default_factory=Counter)
    unknown_labels: Counter[str] = field(default_factory=Counter)
    bad: list[BadRow] = field(default_factory=list)
    bad_count: int = 0
    within: Overlap = field(default_factory=Overlap)

    def problems(self, home: str) -> list[str]:
        """Say what keeps the split from being what is registered. A test split need not be there: nothing uses it."""
        if self.rows is None:
            return [] if self.split.role is Role.TEST else [f"{self.path}: no such file; get it at {home}"]
        found = [str(row) for row in self.bad]
        if self.bad_count > len(self.bad):
            found.append(f"{self.path}: {self.bad_count - len(self.bad):,} more bad rows")
        if self.split.rows not in {None, self.rows + self.bad_count}:
            found.append(f"{self.path}: {self.rows + self.bad_count:,} rows; {self.split.rows:,} are registered")
        for label, count in sorted(self.unknown_labels.items()):
            found.append(f"{self.path}: label {label!r} in {count:,} rows; it is not registered")
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the findings in JSON's types."""
        return {
            "split": self.split.name,
            "role": str(self.split.role),
            "file": str(self.path),
            "registered_rows": self.split.rows,
            "rows": self.rows,
            "bad_rows": self.bad_count,
            "labels": dict(self.labels.most_common()),
            "unknown_labels": dict(self.unknown_labels.most_common()),
            "duplicates_percent": self.within.percent(),
        }


@dataclass
class DataSetFindings:
    """What was found of a data set: of its splits, and of what they share.

    `between` is by pairs: which split was looked through, and which it was looked for in.
    """

    data_set: DataSet
    registered: bool
    splits: list[SplitFindings]
    between: dict[tuple[str, str], Overlap] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        """Say everything that is amiss, with its file and line where it has one."""
        return [*(each for split in self.splits for each in split.problems(self.data_set.home)), *self.more]

    def to_dict(self) -> dict[str, Any]:
        """Return the findings in JSON's types."""
        between = self.between.items()
        return {
            "name": self.data_set.name,
            "title": self.data_set.title,
            "registered": self.registered,
            "licence": str(self.data_set.licence),
            "may_ship": self.data_set.licence.may_ship,
            "home": self.data_set.home,
            "splits": [split.to_dict() for split in self.splits],
            "overlaps_percent": [
                {"split": later, "in": earlier, **each.percent()} for (later, earlier), each in between
            ],
            "problems": self.problems(),
        }
