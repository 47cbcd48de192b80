"""Long messages between agents in which one sentence carries the emotion, or none does."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.capability_file import read_file
from emotag_model.behaviour.cases import Minimum

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = read_file("long_messages")
_REPORTS: list[str] = _FILE["reports"]


def _placed(report: str, feeling: str) -> list[str]:
    """Put the sentence before, in the middle of and behind the report."""
    sentences = report.split(". ")
    middle = len(sentences) // 2
    before, after = ". ".join(sentences[:middle]), ". ".join(sentences[middle:])
    return [f"{feeling} {report}", f"{before}. {feeling} {after}", f"{report} {feeling}"]


def _feeling() -> Iterator[Minimum]:
    """Place every feeling in a report, the reports in turn."""
    feelings = ((text, group["label"]) for group in _FILE["feelings"] for text in group["texts"])
    for (feeling, label), report in zip(feelings, cycle(_REPORTS), strict=False):
        for text in _placed(report, feeling):
            yield Minimum(text, (label,))


LONG_MESSAGES = Capability(
    "long messages",
    "one sentence with a feeling gives a long factual message its label, wherever it stands; without it, it is neutral",
    (*_feeling(), *(Minimum(report, ("neutral",)) for report in _REPORTS)),
)
