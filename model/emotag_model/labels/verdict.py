"""From scores to what is said of a message: its label, and all labels that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.labels.taxonomy import Taxonomy


class Verdict(NamedTuple):
    """What is said of one message.

    Attributes:
        label: The highest-scoring label that holds, or when none does of all.
        score: Of `label`.
        labels: Every label that holds, highest score first.
        uncertain: None holds.
    """

    label: str
    score: float
    labels: tuple[str, ...]
    uncertain: bool


def verdicts(taxonomy: Taxonomy, scores: NDArray[np.float32], most: int = 0) -> list[Verdict]:
    """Scores [B, K] → what is said of each message, with at most so many labels; 0 means all that hold."""
    holds = scores >= taxonomy.threshold_array  # [B, K]
    counts = holds.sum(axis=1)  # [B]
    ranked = np.where(holds, scores, -1)  # [B, K]
    best = np.where(counts, ranked.argmax(axis=1), scores.argmax(axis=1))  # [B]
    top = scores[np.arange(len(scores)), best].tolist()
    said = []
    for row, (winner, score, count) in enumerate(zip(best.tolist(), top, counts.tolist(), strict=True)):
        label = taxonomy.labels[winner]
        if count <= 1:
            labels = (label,) * count
        else:
            order = np.argsort(-ranked[row], kind="stable")[: min(count, most or count)].tolist()
            labels = tuple(taxonomy.labels[column] for column in order)
        said.append(Verdict(label, score, labels, not count))
    return said


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
