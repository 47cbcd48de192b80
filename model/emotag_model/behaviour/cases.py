"""The three kinds of behavioural test, as in CheckList (Ribeiro et al., ACL 2020): what a case expects of its texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALIKE = 0.05
"""Mean absolute difference of two texts' scores up to which they count as the same."""
FELT = 0.1
"""Change of a score from which on a person would call it one."""
UNMOVED = 0.05
"""What a score may lose where it ought not to fall: near 1 there is no room to rise."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A text's tag: its label, and the score of every label of the taxonomy."""

    label: str
    scores: Mapping[str, float]


class Case(Protocol):
    """One or two texts and what is expected of their tags."""

    kind: ClassVar[str]

    @property
    def texts(self) -> tuple[str, ...]:
        """What has to be tagged."""

    def objection(self, tagged: Sequence[Tagged]) -> str:
        """Say what is wrong with the tags of `texts`, "" when nothing is."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """Minimum functionality (MFT): the tag's label must be one of `labels`, with a score of `least` or more."""

    kind: ClassVar[str] = "MFT"
    text: str
    labels: tuple[str, ...]
    least: float = 0.0

    @property
    def texts(self) -> tuple[str, ...]:
        """The text."""
        return (self.text,)

    def objection(self, tagged: Sequence[Tagged]) -> str:
        """Name the label that it got instead, or the score that is too small."""
        (only,) = tagged
        score = only.scores[only.label]
        if only.label in self.labels and score >= self.least:
            return ""
        sure = f" with {self.least:.2f} or more" if self.least else ""
        return f"{only.label} ({score:.2f}), expected {' or '.join(self.labels)}{sure}"


@dataclass(frozen=True, slots=True)
class Invariance:
    """Invariance (INV): what was changed says nothing of emotion, so label and scores (to `ALIKE`) must stay."""

    kind: ClassVar[str] = "INV"
    text: str
    changed: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The text before and after."""
        return self.text, self.changed

    def objection(self, tagged: Sequence[Tagged]) -> str:
        """Name the labels, or how far the scores moved."""
        before, after = tagged
        if before.label != after.label:
            return f"{before.label} became {after.label}"
        moved = sum(abs(after.scores[label] - score) for label, score in before.scores.items()) / len(before.scores)
        return f"scores moved by {moved:.3f} on average" if moved > ALIKE else ""


@dataclass(frozen=True, slots=True)
class Direction:
    """Directional expectation (DIR): the score of `label` must change by at least `least`, down if that is negative."""

    kind: ClassVar[str] = "DIR"
    text: str
    changed: str
    label: str
    least: float

    @property
    def texts(self) -> tuple[str, ...]:
        """The text before and after."""
        return self.text, self.changed

    def objection(self, tagged: Sequence[Tagged]) -> str:
        """Say from where to where the score went."""
        before, after = (each.scores[self.label] for each in tagged)
        if (after - before if self.least >= 0 else before - after) >= abs(self.least):
            return ""
        return f"{self.label} went from {before:.2f} to {after:.2f}, expected {self.least:+.2f} or more"


@dataclass(frozen=True, slots=True)
class Steady:
    """Directional expectation (DIR): the score of `label` must not fall by more than `UNMOVED`."""

    kind: ClassVar[str] = "DIR"
    text: str
    changed: str
    label: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The text before and after."""
        return self.text, self.changed

    def objection(self, tagged: Sequence[Tagged]) -> str:
        """Say from where to where the score fell."""
        before, after = (each.scores[self.label] for each in tagged)
        return f"{self.label} fell from {before:.2f} to {after:.2f}" if before - after > UNMOVED else ""
