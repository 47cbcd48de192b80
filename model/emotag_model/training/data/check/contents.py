"""What a file holds, by the data sets that share it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag_model.training.data.lines import scan
from emotag_model.training.data.row import BadRow, Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emotag_model.training.data.readers import Reader

KEPT = 100
"""Bad rows of a file that are kept; of more only the number."""
_STEP = 1_000


@dataclass
class Contents:
    """The rows of a file by their source, `""` where they name none; and what is no row."""

    rows: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    textless: int = 0  # objects that are no text by design
    bad: list[BadRow] = field(default_factory=list)
    bad_count: int = 0

    def of(self, source: str | None) -> list[Row]:
        """Return the rows of a source; all of them for None."""
        if source is not None:
            return self.rows.get(source, [])
        return [row for rows in self.rows.values() for row in rows]

    def sources(self) -> Counter[str]:
        """Return how many rows there are of each source."""
        return Counter({source: len(rows) for source, rows in self.rows.items()})


def read_contents(path: Path, reader: Reader, advance: Callable[[int], object]) -> Contents:
    """Read all of a file, telling `advance` of every further rows."""
    contents, number = Contents(), 0
    for number, row in enumerate(scan(path, reader), start=1):
        _put(row, contents)
        if number % _STEP == 0:
            advance(_STEP)
    advance(number % _STEP)
    return contents


def _put(row: Row | BadRow | None, contents: Contents) -> None:
    if row is None:
        contents.textless += 1
    elif isinstance(row, BadRow):
        contents.bad_count += 1
        contents.bad += [row] * (len(contents.bad) < KEPT)
    else:
        contents.rows[row.source].append(row)
