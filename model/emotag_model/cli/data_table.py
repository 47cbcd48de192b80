"""The registry of data sets as a table for people, and in JSON's types."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_model.training.data import DataSet
    from emotag_model.training.data.split import Split

_HEAD = ("name", "rows", "licence", "may ship", "labels")
_GAP = "  "
_HERE = Path()


def render_table(data_sets: Iterable[DataSet]) -> str:
    """Return a line per data set; on a terminal none is longer than that is wide."""
    lines = [_HEAD, *(_cells(each) for each in data_sets)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return "\n".join(_fit(_GAP.join(map(str.ljust, line, widths)).rstrip(), room) for line in lines)


def data_set_dict(data_set: DataSet) -> dict[str, Any]:
    """Return all that is registered of a data set."""
    licence = data_set.licence
    return {
        "name": data_set.name,
        "title": data_set.title,
        "splits": [{"name": each.name, "role": str(each.role), "rows": each.rows} for each in data_set.splits],
        "licence": {"spdx": licence.spdx, "terms": licence.terms, "may_ship": licence.may_ship},
        "labels": {label: meaning._asdict() for label, meaning in data_set.labels.items()},
        "file": str(data_set.path(_HERE, "{split}")),
        "home": data_set.home,
        "paper": data_set.paper,
        "note": data_set.note,
    }


def _cells(data_set: DataSet) -> tuple[str, ...]:
    rows = ", ".join(map(_split, data_set.splits))
    ships = "yes" if data_set.licence.may_ship else "no"
    return data_set.name, rows, str(data_set.licence), ships, ", ".join(data_set.labels) or "-"


def _split(split: Split) -> str:
    role = "" if split.name == split.role else f" ({split.role})"
    return f"{split.name}{role} {split.rows:,}"


def _fit(line: str, room: int | None) -> str:
    return line if room is None or len(line) <= room else f"{line[: room - 1]}…"
