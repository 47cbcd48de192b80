"""Which data sets a folder holds, whichever way it is named: the data folder, its `text`, or one data set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emotag_model.training.data.data_set import DataSet
from emotag_model.training.data.licence import restricted
from emotag_model.training.data.lines import split_name
from emotag_model.training.data.readers import partly_labelled, unlabelled
from emotag_model.training.data.registry import REGISTRY
from emotag_model.training.data.split import Role, Split
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_model.training.data.readers import Reader

_TEXT, _OTHERS = "text", ("unlabelled", "streams", "agents")
_UNKNOWN = restricted("unknown, as it is not registered")


@dataclass(frozen=True)
class Place:
    """A data set and the folder that its files lie in; `data_set.splits` has those that are not registered as well."""

    data_set: DataSet
    folder: Path

    @property
    def registered(self) -> bool:
        """Whether the registry knows the data set."""
        return self.data_set.name in REGISTRY

    def path(self, split: str) -> Path:
        """Return the file of a split."""
        return self.folder / self.data_set.path(self.folder, split).name


@dataclass(frozen=True)
class Layout:
    """Data sets at hand, and those of the registry that could be but are not."""

    places: list[Place]
    absent: list[DataSet]

    @classmethod
    def of(cls, folder: Path) -> Layout:
        """Find out what `folder` is and holds. Raises TrainingError where that is no data set."""
        if not folder.is_dir():
            raise TrainingError(f"{folder}: no such folder; name the one that holds text/")
        folder = folder.resolve()
        whole = (folder / _TEXT).is_dir()
        places = _whole(folder) if whole else _part(folder)
        if not places:
            raise TrainingError(f"{folder}: holds no data set; expected text/<data set>/<split>.jsonl.gz")
        names = {place.data_set.name for place in places} if whole else set(REGISTRY)
        return cls(places, [each for each in REGISTRY.values() if each.name not in names])

    def rows(self) -> int:
        """Return how many rows the files at hand have, as far as they are registered."""
        splits = [(place, split) for place in self.places for split in place.data_set.splits]
        return sum(split.rows or 0 for place, split in splits if place.path(split.name).is_file())


def _whole(folder: Path) -> list[Place]:
    return [*_children(folder / _TEXT), *(place for part in _OTHERS for place in _corpora(folder / part))]


def _part(folder: Path) -> list[Place]:
    if folder.name in _OTHERS:
        return _corpora(folder)
    return [_text_place(folder)] if _splits(folder) else _children(folder)


def _children(folder: Path) -> list[Place]:
    return [_text_place(child) for child in sorted(folder.iterdir()) if child.is_dir() and _splits(child)]


def _text_place(folder: Path) -> Place:
    """Return the data set that a folder is called after, with every split that is there."""
    known = REGISTRY.get(folder.name) or _unknown(folder.name, partly_labelled)
    names = {split.name for split in known.splits}
    more = (Split(name, Role.of_name(name), None) for name in _splits(folder) if name not in names)
    return Place(replace(known, splits=(*known.splits, *more)), folder)


def _corpora(folder: Path) -> list[Place]:
    """Return the data sets of which `folder` holds the files, several of them in one or one in each."""
    found = _splits(folder) if folder.is_dir() else []
    known = [
        each
        for each in REGISTRY.values()
        if each.file.startswith(f"{folder.name}/") and any(split.name in found for split in each.splits)
    ]
    covered = {split.name for each in known for split in each.splits}
    more = (
        replace(_unknown(f"{folder.name}:{name}", unlabelled), splits=(Split(name, Role.of_name(name), None),))
        for name in found
        if name not in covered
    )
    return [Place(each, folder) for each in (*known, *more)]


def _unknown(name: str, reader: Reader) -> DataSet:
    return DataSet(name=name, title=name, splits=(), reader=reader, licence=_UNKNOWN, home="", paper="")


def _splits(folder: Path) -> list[str]:
    return sorted(split_name(path) for path in folder.glob("*.jsonl.gz"))
