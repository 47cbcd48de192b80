"""Views of an outcome that plots and tables are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emotag_model.evaluation.metrics import BINS, bins_of, calibration_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.evaluation.outcome import Outcome

WORDS = (1, 4, 8, 12, 16, 24, 48)
"""The least words of each class of length."""


@dataclass(frozen=True, eq=False)
class Confusion:
    """How often messages of each single true label (rows) are tagged with each label (columns), [K, K]."""

    counts: NDArray[np.int64]
    left_out: int  # messages with no or several true labels

    @property
    def shares(self) -> NDArray[np.float64]:
        """Each row as shares of its sum, 0 where there is no such message."""
        shares: NDArray[np.float64] = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        return shares


@dataclass(frozen=True)
class Bin:
    """Tags whose scores lie close together: how many, their mean score, and the share that is right."""

    messages: int
    score: float
    right: float


@dataclass(frozen=True)
class LengthClass:
    """Messages of about the same number of words."""

    words: str
    messages: int
    accuracy: float
    calibration_error: float


@dataclass(frozen=True)
class Mistake:
    """A message whose tag is wrong: its place in the data, the tag's label and score, and the true labels."""

    row: int
    label: str
    score: float
    truth: tuple[str, ...]


def confusion(outcome: Outcome) -> Confusion:
    """Cross true labels with tags, over messages that have one true label."""
    single = outcome.truth.sum(axis=1) == 1
    count = len(outcome.labels)
    cells = outcome.truth[single].argmax(axis=1) * count + outcome.columns[single]
    counts = np.bincount(cells, minlength=count * count).reshape(count, count).astype(np.int64)
    return Confusion(counts, int((~single).sum()))


def reliability(outcome: Outcome) -> list[Bin]:
    """Sort tags by score into the bins of the calibration error; empty ones are left out."""
    bins = bins_of(outcome.tag_scores)
    found = []
    for each in range(BINS):
        inside = bins == each
        if inside.any():
            score, right = outcome.tag_scores[inside].mean(), outcome.tag_right[inside].mean()
            found.append(Bin(int(inside.sum()), float(score), float(right)))
    return found


def by_length(outcome: Outcome, texts: Sequence[str]) -> list[LengthClass]:
    """Sort messages into classes by their words between blanks; empty classes are left out."""
    classes = np.searchsorted(WORDS, [max(1, len(text.split())) for text in texts], side="right") - 1
    found = []
    for index, least in enumerate(WORDS):
        inside = classes == index
        if inside.any():
            last = WORDS[index + 1] - 1 if index + 1 < len(WORDS) else None
            error = calibration_error(outcome.tag_scores[inside], outcome.tag_right[inside])
            words = f"{least} or more" if last is None else f"{least} to {last}"
            found.append(LengthClass(words, int(inside.sum()), float(outcome.tag_right[inside].mean()), error))
    return found


def mistakes(outcome: Outcome, most: int) -> list[Mistake]:
    """Return the wrong tags with the highest scores, at most `most`."""
    wrong = np.flatnonzero(~outcome.tag_right)
    order = wrong[np.argsort(-outcome.tag_scores[wrong], kind="stable")][:most]
    return [
        Mistake(
            row,
            outcome.labels[outcome.columns[row]],
            float(outcome.tag_scores[row]),
            tuple(outcome.true_names(row)),
        )
        for row in order.tolist()
    ]
