"""Sentences about people, and the words by which one person is exchanged for another of a different group.

Both stand in `people.toml`, a term with several slots as a list.

The terms are those that audits of language systems use (Kiritchenko and Mohammad, *SEM 2018, for names and pronouns;
Dixon et al., AIES 2018, for identity terms), in sentences with and without a feeling.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent / "people.toml"


@dataclass(frozen=True, slots=True)
class Group:
    """People who share something, and the terms that stand for them: a term fills a template's slots in order."""

    name: str
    terms: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """One way in which people differ: groups of terms, and templates with as many slots as a term has words."""

    name: str
    templates: tuple[str, ...]
    groups: tuple[Group, ...]

    def write(self, template: str, term: tuple[str, ...]) -> str:
        """Fill a term into a template, with a capital where it begins the sentence."""
        text = template.format(*term)
        return text[:1].upper() + text[1:]


def _read() -> tuple[Axis, ...]:
    """Read the axes, each of which names its templates."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    templates = {name: tuple(texts) for name, texts in content["templates"].items()}
    return tuple(Axis(axis["name"], templates[axis["templates"]], _groups(axis["groups"])) for axis in content["axes"])


def _groups(groups: dict[str, list[str | list[str]]]) -> tuple[Group, ...]:
    return tuple(Group(name, tuple(_term(each) for each in terms)) for name, terms in groups.items())


def _term(term: str | list[str]) -> tuple[str, ...]:
    return (term,) if isinstance(term, str) else tuple(term)


AXES = _read()
