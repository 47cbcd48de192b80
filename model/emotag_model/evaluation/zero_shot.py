"""Scores in a label set that a model was not trained for, from those of its fine labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emotag_model.evaluation.outcome import Outcome
from emotag_model.labels import GOEMOTIONS
from emotag_model.labels.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.evaluation.label_set import LabelSet
    from emotag_model.labels import Labels

RULE = """\
Zero-shot: a label's evidence is the highest calibrated probability among the fine labels that stand for it. Where a
message has one label, that with most evidence is given and its score is its share of all the evidence; where it may
have several, each is given for which a fine label reaches its own threshold."""


def zero_shot_outcome(
    label_set: LabelSet, labels: Labels, logits: NDArray[np.float32], truth: NDArray[np.float32]
) -> Outcome:
    """Fine logits [N, F] and truth [N, K] in `label_set` → what is given in it, as `RULE` says.

    Raises LabelsError when the label set is stated in fine labels that the model does not have.
    """
    fine = _fine(labels)
    groups = label_set.columns(fine.labels)
    evidence = fine.scores(logits)
    passing = evidence >= fine.threshold_array
    scores = _highest(evidence, groups)
    columns: NDArray[np.intp] = scores.argmax(axis=1)
    if label_set.single:
        scores = scores / scores.sum(axis=1, keepdims=True)
        given = columns[:, None] == np.arange(len(groups))
    else:
        given = _highest(passing, groups)
    return Outcome(
        name=label_set.name,
        labels=label_set.labels,
        scores=scores,
        given=given,
        columns=columns,
        truth=truth > 0,
        thresholds=None,
        headline=label_set.headline,
    )


def _fine(labels: Labels) -> Taxonomy:
    """The taxonomy of the fine labels themselves, whose scores are calibrated; plain sigmoids where there is none."""
    own = labels.taxonomies.get(GOEMOTIONS)
    return own or Taxonomy.plain(GOEMOTIONS, {label: (index,) for index, label in enumerate(labels.outputs)})


def _highest(values: NDArray[Any], groups: Sequence[Sequence[int]]) -> NDArray[Any]:
    return np.stack([values[:, group].max(axis=1) for group in groups], axis=1)
