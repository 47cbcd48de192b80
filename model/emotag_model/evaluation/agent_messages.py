"""Tags of agents' messages against what their readers accept: the figures that tell whether a topic can be routed by.

A tag is right when its label is one that either reader accepts. Recall counts the messages on whose first label both
agree, which is what `label` of a row is; macro-F1 is over labels with at least ten of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from emotag_model.labels import BASIC_LABELS
from emotag_model.text.errors import TextDataError
from emotag_model.text.examples import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from emotag_model.text.examples import Row

NEUTRAL = "neutral"
_FIELDS = frozenset({"accept", "part", "source"})
_FEWEST = 10  # messages of a label for its F1 to say something
CUTS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Scores from which a router might act."""


class AgentMessage(NamedTuple):
    """What is known of a message: the label that both readers gave first, if any, and all that either accepts."""

    label: str | None
    accept: frozenset[str]
    part: str  # how it was drawn: "random" is what a topic looks like
    source: str


class GivenTag(NamedTuple):
    """What was said of it."""

    label: str
    score: float


@dataclass(frozen=True, kw_only=True)
class LabelFigures:
    """One label: messages that have it, tags that say it, and how they meet; None where there is nothing to divide."""

    meant: int
    said: int
    precision: float | None
    recall: float | None

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 where one is missing or nothing is right."""
        p, r = self.precision or 0.0, self.recall or 0.0
        return 2 * p * r / (p + r) if p + r else 0.0


@dataclass(frozen=True, kw_only=True)
class AgentFigures:
    """What the tags of some messages come to; precision and recall are of tags that are not neutral."""

    messages: int
    accuracy: float
    always_neutral: float  # accuracy of saying neutral to everything
    said: int
    precision: float | None
    meant: int
    recall: float | None
    labels: dict[str, LabelFigures]

    @property
    def macro_f1(self) -> float | None:
        """Mean F1 of the labels that are meant often enough; None where none is."""
        found = [each.f1 for each in self.labels.values() if each.meant >= _FEWEST]
        return sum(found) / len(found) if found else None


class Cut(NamedTuple):
    """Tags that are not neutral and score at least so much: how many, and how many of them are right."""

    score: float
    said: int
    precision: float | None
    recall: float | None


def is_agents_file(path: Path) -> bool:
    """Tell whether the rows of a file say what readers accept, and how they were drawn."""
    return all(row.fields.keys() >= _FIELDS for row in read_rows(path))


def read_agent_messages(path: Path) -> list[AgentMessage]:
    """Read what is known of every row of a file, in its order. Raises TextDataError naming a row and its bad field."""
    return [_message(row) for row in read_rows(path)]


def figures_of(messages: Sequence[AgentMessage], tags: Sequence[GivenTag]) -> AgentFigures:
    """Compare tags with messages, in the same order."""
    pairs = list(zip(messages, tags, strict=True))
    spoke = [pair for pair in pairs if pair[1].label != NEUTRAL]
    meant = [pair for pair in pairs if pair[0].label not in (None, NEUTRAL)]
    return AgentFigures(
        messages=len(pairs),
        accuracy=_share(pairs) or 0.0,
        always_neutral=sum(NEUTRAL in each.accept for each in messages) / max(1, len(messages)),
        said=len(spoke),
        precision=_share(spoke),
        meant=len(meant),
        recall=_share(meant),
        labels={label: _label_figures(label, pairs) for label in BASIC_LABELS},
    )


def cuts(messages: Sequence[AgentMessage], tags: Sequence[GivenTag]) -> list[Cut]:
    """Return how precision grows, and recall shrinks, with the score that is asked for."""
    pairs = list(zip(messages, tags, strict=True))
    meant = sum(message.label not in (None, NEUTRAL) for message, _ in pairs)
    found = []
    for score in CUTS:
        spoke = [pair for pair in pairs if pair[1].label != NEUTRAL and pair[1].score >= score]
        right = sum(tag.label in message.accept for message, tag in spoke if message.label not in (None, NEUTRAL))
        found.append(Cut(score, len(spoke), _share(spoke), right / meant if meant else None))
    return found


def parts_of(messages: Sequence[AgentMessage]) -> dict[str, list[int]]:
    """Return the places of the messages of each part and source, and of all."""
    places: dict[str, list[int]] = {}
    for place, message in enumerate(messages):
        for name in dict.fromkeys((message.part, message.source)):
            places.setdefault(name, []).append(place)
    parts = dict.fromkeys(message.part for message in messages)
    order = [*parts, *sorted(places.keys() - parts.keys())]
    return {**{name: places[name] for name in order}, "all": list(range(len(messages)))}


def _message(row: Row) -> AgentMessage:
    if missing := sorted(_FIELDS - row.fields.keys()):
        raise TextDataError(
            f"{row.place}: {missing[0]} is missing; a row of agents' messages has {', '.join(sorted(_FIELDS))}"
        )
    return AgentMessage(_label(row), _accepted(row), _name(row, "part"), _name(row, "source"))


def _label(row: Row) -> str | None:
    label: str | None = row.fields.get("label")
    if label is not None and label not in BASIC_LABELS:
        raise TextDataError(f"{row.place}: label must be one of {', '.join(BASIC_LABELS)} or null, not {label!r}")
    return label


def _accepted(row: Row) -> frozenset[str]:
    names = row.fields["accept"]
    if not isinstance(names, list) or any(name not in BASIC_LABELS for name in names):
        raise TextDataError(f"{row.place}: accept must be a list of {', '.join(BASIC_LABELS)}, not {names!r}")
    return frozenset(names)


def _name(row: Row, field: str) -> str:
    name = row.fields[field]
    if not isinstance(name, str) or not name:
        raise TextDataError(f"{row.place}: {field} must be a name, not {name!r}")
    return name


def _label_figures(label: str, pairs: Sequence[tuple[AgentMessage, GivenTag]]) -> LabelFigures:
    said = [pair for pair in pairs if pair[1].label == label]
    meant = [pair for pair in pairs if pair[0].label == label]
    return LabelFigures(meant=len(meant), said=len(said), precision=_share(said), recall=_share(meant))


def _share(pairs: Iterable[tuple[AgentMessage, GivenTag]]) -> float | None:
    """Return the share of right tags, None of nothing."""
    right = [tag.label in message.accept for message, tag in pairs]
    return sum(right) / len(right) if right else None
