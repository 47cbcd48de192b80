"""A row of a data set: a text, what it is labelled with in that set's own words, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A text of a data set.

    Attributes:
        text: The text.
        place: File and line, for messages to people.
        labels: Names as the data set has them; may be empty.
        context: The texts before it, where the label depends on them.
        values: Valence, arousal and dominance from 1 to 5, where that is how it is labelled.
        source: The data set it comes from, where a file holds several.
        conversation: Of which it is a message, where that is known.
    """

    text: str
    place: str
    labels: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    source: str = ""
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that cannot be read: where, and why."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"
