"""What became of rows: how many, by label, and by error."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from emotag.columns import TagColumns

_NUMBER = re.compile(r"(?<![\w-])\d[\d,]*")  # not that of UTF-8


@dataclass(slots=True)
class Counts:
    """Counts of the rows of a part, of an input, or of a run.

    Attributes:
        rows: All of them.
        labels: Those with a tag, by label.
        errors: Those without, by what is said, numbers left out: a kind of error is one line however often it occurs.
    """

    rows: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, tags: TagColumns) -> Self:
        """Count what is said of a column."""
        errors = Counter(_NUMBER.sub("N", each) for each in tags.errors() if each is not None)
        return cls(len(tags.error), Counter(each for each in tags.label if each is not None), errors)

    @classmethod
    def read(cls, values: dict[str, Any]) -> Self:
        """Make them of what `as_dict` gave."""
        return cls(values["rows"], Counter(values["labels"]), Counter(values["errors"]))

    def as_dict(self) -> dict[str, Any]:
        """Return them as JSON has them."""
        return {"rows": self.rows, "labels": dict(self.labels), "errors": dict(self.errors)}

    def add(self, other: Counts) -> None:
        """Count other rows, too."""
        self.rows += other.rows
        self.labels += other.labels
        self.errors += other.errors
