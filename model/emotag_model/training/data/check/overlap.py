"""How much of a split stands elsewhere as well, or in it twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from emotag_model.training.data.normal_form import normal_form

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_model.training.data.row import Row

LONG = 6
"""Words from which a text that stands in two places is hardly there by chance."""


class Keyed(NamedTuple):
    """What of a row is compared: its text, its and its context's normal form, its labels, and whether it is long."""

    text: str
    form: str
    labels: frozenset[str]
    is_long: bool

    @classmethod
    def of(cls, row: Row) -> Keyed:
        """Return what of `row` is compared."""
        form = normal_form(row.text)
        whole = "\0".join((*map(normal_form, row.context), form))
        return cls(row.text, whole, frozenset(row.labels), form.count(" ") >= LONG - 1)


class Seen:
    """Texts that were met, and what they were labelled with."""

    def __init__(self, rows: Iterable[Keyed] = ()) -> None:
        self.texts: set[str] = set()
        self.forms: set[str] = set()
        self.labelled: set[tuple[str, frozenset[str]]] = set()
        for row in rows:
            self.add(row)

    def add(self, row: Keyed) -> None:
        """Remember a row."""
        self.texts.add(row.text)
        self.forms.add(row.form)
        self.labelled.add((row.form, row.labels))


@dataclass
class Overlap:
    """Counts of rows, and of those whose text was seen.

    Attributes:
        rows: All of them.
        exact: Whose text was seen letter by letter, whatever came before it.
        normalised: Whose text was seen in whatever case and blanks, and after the same context where there is one.
        long_rows: Those of at least LONG words.
        long: `normalised` among these.
        conflicting: `normalised`, but never with the same labels.
    """

    rows: int = 0
    exact: int = 0
    normalised: int = 0
    long_rows: int = 0
    long: int = 0
    conflicting: int = 0

    def count(self, row: Keyed, seen: Seen) -> None:
        """Count one more row."""
        known = row.form in seen.forms
        self.rows += 1
        self.exact += row.text in seen.texts
        self.normalised += known
        self.long_rows += row.is_long
        self.long += known and row.is_long
        self.conflicting += known and (row.form, row.labels) not in seen.labelled

    def percent(self) -> dict[str, float]:
        """Return the shares in percent; that of conflicting labels is one of `normalised`."""
        return {
            "exact": _percent(self.exact, self.rows),
            "normalised": _percent(self.normalised, self.rows),
            "normalised_long": _percent(self.long, self.long_rows),
            "conflicting": _percent(self.conflicting, self.normalised),
        }


def overlap_between(rows: Iterable[Keyed], seen: Seen) -> Overlap:
    """Count which of `rows` were seen."""
    overlap = Overlap()
    for row in rows:
        overlap.count(row, seen)
    return overlap


def overlap_within(rows: Iterable[Keyed]) -> Overlap:
    """Count which of `rows` repeat one before them."""
    overlap, seen = Overlap(), Seen()
    for row in rows:
        overlap.count(row, seen)
        seen.add(row)
    return overlap


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
