"""Looks through data sets: counts their rows and labels, and finds what is missing, bad or there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from emotag_model.training.data.check.contents import Contents, read_contents
from emotag_model.training.data.check.findings import DataSetFindings, SplitFindings
from emotag_model.training.data.check.overlap import Keyed, Overlap, Seen, overlap_between, overlap_within

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_model.training.data.check.layout import Place

Advance = Callable[[int], object]
"""Is told how many more rows were read."""


def examine(places: Iterable[Place], advance: Advance = lambda _: None) -> Iterator[DataSetFindings]:
    """Yield what is found of each place, reading a file once where neighbours share it."""
    for _, group in groupby(places, lambda place: (place.folder, place.data_set.file)):
        shelf = _Shelf(list(group), advance)
        yield from (shelf.examine(place) for place in shelf.places)


class _Shelf:
    """Data sets that may share files, with what was read of these."""

    def __init__(self, places: list[Place], advance: Advance) -> None:
        self.places = places
        self._advance = advance
        self._read: dict[Path, Contents] = {}

    def examine(self, place: Place) -> DataSetFindings:
        splits, rows = [], {}
        more = [f"{path}: is not read; gzip it" for path in sorted(place.folder.glob("*.jsonl"))]
        for split in place.data_set.splits:
            path = place.path(split.name)
            findings = SplitFindings(split, path)
            splits.append(findings)
            if path.is_file():
                first = path not in self._read
                rows[split.name] = self._fill(findings, place, first=first)
                more += self._strangers(path) if first and place.data_set.source else []
        return DataSetFindings(place.data_set, place.registered, splits, _between(rows), more)

    def _fill(self, findings: SplitFindings, place: Place, *, first: bool) -> list[Keyed]:
        """Complete what is known of a split that is there; what is bad in its file, only for the first to share it."""
        if first:
            self._read[findings.path] = read_contents(findings.path, place.data_set.reader, self._advance)
        contents = self._read[findings.path]
        rows = contents.of(place.data_set.source)
        findings.rows = len(rows) + contents.textless
        findings.labels = Counter(label for row in rows for label in row.labels)
        keyed = [Keyed.of(row) for row in rows]
        findings.within = overlap_within(keyed)
        if place.registered:
            known = place.data_set.labels
            findings.unknown_labels = Counter({each: n for each, n in findings.labels.items() if each not in known})
        if first:
            findings.bad, findings.bad_count = contents.bad, contents.bad_count
        return keyed

    def _strangers(self, path: Path) -> list[str]:
        known = {place.data_set.source for place in self.places}
        found = self._read[path].sources().items()
        return [f"{path}: {n:,} rows of {name!r}, which is not registered" for name, n in found if name not in known]


def _between(splits: dict[str, list[Keyed]]) -> dict[tuple[str, str], Overlap]:
    """Look for the rows of each split in every split before it."""
    found = {}
    for earlier, later in combinations(splits, 2):
        found[later, earlier] = overlap_between(splits[later], Seen(splits[earlier]))
    return found
