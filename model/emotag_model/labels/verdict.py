"""From scores to what is said of a message: its label, and all labels that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.labels.taxonomy import Taxonomy

_MANY = 16  # rows from which it pays to look at all of them at once


class Verdict(NamedTuple):
    """What is said of one message.

    Attributes:
        label: The highest-scoring label that holds, the taxonomy's `rest` after all others; where none holds, `rest`,
            or the highest-scoring one.
        score: Of `label`.
        labels: Every label that holds, highest score first and `rest` last.
        uncertain: None holds.
    """

    label: str
    score: float
    labels: tuple[str, ...]
    uncertain: bool


def verdicts(taxonomy: Taxonomy, scores: NDArray[np.float32], most: int = 0) -> list[Verdict]:
    """Scores [B, K] → what is said of each message, with at most so many labels; 0 means all that hold."""
    thresholds, labels = taxonomy.threshold_array, taxonomy.labels
    rest = labels.index(taxonomy.rest) if taxonomy.rest else None
    limits = thresholds.tolist()
    said = []
    for row, single in zip(scores.tolist(), _singles(scores, thresholds), strict=True):
        if single >= 0:
            said.append(Verdict(labels[single], row[single], (labels[single],), uncertain=False))
            continue
        held = [place for place, score in enumerate(row) if score >= limits[place]]
        if len(held) > 1:
            held.sort(key=lambda place: (place != rest, row[place]), reverse=True)  # stable: equals keep order
        best = held[0] if held else row.index(max(row)) if rest is None else rest
        names = tuple([labels[place] for place in held[: most or None]])
        said.append(Verdict(labels[best], row[best], names, not held))
    return said


def _singles(scores: NDArray[np.float32], thresholds: NDArray[np.float32]) -> list[int]:
    """Return for each row the place of the only label that holds; -1 where none or several do, or nobody looked.

    For one message the calls that numpy needs cost more than all the rest of a tag; for many they cost less.
    """
    if len(scores) < _MANY:
        return [-1] * len(scores)
    held = scores >= thresholds
    places: list[int] = np.where(held.sum(axis=1) == 1, held.argmax(axis=1), -1).tolist()
    return places


def token_shares(
    taxonomy: Taxonomy,
    label: str,
    tokens: Sequence[str],
    logits: NDArray[np.float32],
    evidence: NDArray[np.float32],
) -> tuple[tuple[str, float], ...]:
    """Pair T tokens with their shares of all that speaks for `label`; where nothing does, they are equal.

    Logits [F] and evidence [T, F] are those of the message.
    """
    members = taxonomy.members[taxonomy.labels.index(label)]
    decisive = max(members, key=logits.__getitem__)  # a label's logit is its members' largest
    weights = np.clip(evidence[:, decisive].astype(np.float64), 0.0, None)
    total = weights.sum()
    weights = weights / total if total > 0 else np.full(len(weights), 1 / len(weights))
    return tuple(zip(tokens, weights.tolist(), strict=True))
