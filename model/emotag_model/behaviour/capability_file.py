"""Files of cases: texts in TOML, grouped by what is expected of them, so that adding one takes no Python.

A file has an `expectation` and groups of a kind of case each: `[[minimum]]`, `[[invariance]]`, `[[direction]]` or
`[[steady]]`. A group lists `texts`, or `pairs` of a text before and after, and what the kind expects of them (`labels`
and `least`, or `label`). With `slots` its texts are templates, of which every combination of values makes a case.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotag_model.behaviour.capability import Capability, fill
from emotag_model.behaviour.cases import Direction, Invariance, Minimum, Steady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from emotag_model.behaviour.cases import Case

_FOLDER = Path(__file__).parent / "capabilities"
_KINDS: dict[str, Callable[..., Case]] = {
    "minimum": Minimum,
    "invariance": Invariance,
    "direction": Direction,
    "steady": Steady,
}


def load_capability(file: str) -> Capability:
    """Return the capability in `capabilities/<file>.toml`; its name is that of the file, with blanks.

    Raises KeyError for an unknown kind of case, TypeError for a group that lacks something or has too much.
    """
    content = read_file(file)
    expectation = content.pop("expectation")
    cases = (case for kind, groups in content.items() for group in groups for case in _cases(_KINDS[kind], group))
    return Capability(file.replace("_", " "), expectation, tuple(cases))


def read_file(file: str) -> dict[str, Any]:
    """Return what stands in `capabilities/<file>.toml`, for capabilities whose cases are made and not listed."""
    return tomllib.loads((_FOLDER / f"{file}.toml").read_text(encoding="utf-8"))


def _cases(kind: Callable[..., Case], group: Mapping[str, Any]) -> Iterator[Case]:
    """Make the cases of a group: one of each text or pair, or of each filled template."""
    expected = {key: _frozen(value) for key, value in group.items() if key not in {"texts", "pairs", "slots"}}
    rows = [[text] for text in group.get("texts", ())] + group.get("pairs", [])
    for row in rows:
        for texts in _filled(row, group.get("slots", {})):
            yield kind(*texts, **expected)


def _filled(row: list[str], slots: dict[str, list[str]]) -> list[tuple[str, ...]]:
    """Fill slots into the texts of a case alike; without any, braces in texts are left alone."""
    return list(zip(*(fill(text, **slots) for text in row), strict=True)) if slots else [tuple(row)]


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
