"""What a system gave a set of messages, beside the truth: all that figures, intervals and reports are made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emotag_model.evaluation.headline import Headline
    from emotag_model.labels import Taxonomy


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """N messages in K labels.

    Attributes:
        name: the taxonomy or label set.
        labels: [K].
        scores: [N, K], probabilities.
        given: [N, K] bool, the labels that were given.
        columns: [N], the label that each message's tag carries.
        truth: [N, K] bool.
        thresholds: [K], or None where the highest score is given.
        headline: the figure that the label set is judged by.
    """

    name: str
    labels: tuple[str, ...]
    scores: NDArray[np.float32]
    given: NDArray[np.bool_]
    columns: NDArray[np.intp]
    truth: NDArray[np.bool_]
    thresholds: tuple[float, ...] | None
    headline: Headline

    def __len__(self) -> int:
        return len(self.scores)

    @cached_property
    def tally(self) -> NDArray[np.bool_]:
        """Per message [N, 3, K]: what was given rightly, given at all, and is true."""
        return np.stack([self.given & self.truth, self.given, self.truth], axis=1)

    @property
    def tag_scores(self) -> NDArray[np.float32]:
        """The score that each message's tag carries, [N]."""
        return np.take_along_axis(self.scores, self.columns[:, None], axis=1)[:, 0]

    @property
    def tag_right(self) -> NDArray[np.bool_]:
        """Whether the label of each message's tag is one of its true ones, [N]."""
        return np.take_along_axis(self.truth, self.columns[:, None], axis=1)[:, 0]

    def names(self, row: int) -> list[str]:
        """The labels given to one message."""
        return [self.labels[k] for k in np.flatnonzero(self.given[row])]

    def true_names(self, row: int) -> list[str]:
        """The true labels of one message."""
        return [self.labels[k] for k in np.flatnonzero(self.truth[row])]


def taxonomy_outcome(
    taxonomy: Taxonomy, logits: NDArray[np.float32], truth: NDArray[np.float32], headline: Headline
) -> Outcome:
    """Fine logits and truth [N, F] → what `taxonomy` gives: every label whose score reaches its threshold."""
    scores, smallest = taxonomy.scores(logits), taxonomy.threshold_array
    return Outcome(
        name=taxonomy.name,
        labels=taxonomy.labels,
        scores=scores,
        given=scores >= smallest,
        columns=taxonomy.chosen(scores),
        truth=taxonomy.roll_up(truth) > 0,
        thresholds=taxonomy.thresholds,
        headline=headline,
    )
