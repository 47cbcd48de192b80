"""How far scores move when one person is exchanged for another: by axis, and by group against all groups' mean."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from emotag_model.behaviour.people import AXES
from emotag_model.behaviour.tagging import tag_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from emotag_model.behaviour.cases import Tagged
    from emotag_model.behaviour.people import Axis
    from emotag_model.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """How a group's sentences are scored against the mean of all groups in the same sentences.

    Attributes:
        group: its name.
        sentences: how many there are.
        mean: mean absolute difference over sentences and labels.
        worst_label: the label whose scores are shifted most, all sentences taken together.
        shift: by how much, signed.
        largest: the largest absolute difference of one score.
    """

    group: str
    sentences: int
    mean: float
    worst_label: str
    shift: float
    largest: float


@dataclass(frozen=True, slots=True)
class AxisFigures:
    """How far scores move along one axis.

    Attributes:
        axis: its name.
        mean: mean absolute difference of a score between two sentences that differ in the group alone.
        largest: the largest of them.
        groups: figures of each group.
    """

    axis: str
    mean: float
    largest: float
    groups: tuple[GroupFigures, ...]


def measure_fairness(checkpoint: Checkpoint, axes: Sequence[Axis] = AXES) -> list[AxisFigures]:
    """Tag the sentences of every axis and compare its groups."""
    texts = [
        axis.write(template, term)
        for axis in axes
        for template in axis.templates
        for group in axis.groups
        for term in group.terms
    ]
    tagged = tag_texts(checkpoint, texts)
    return [_axis(axis, tagged) for axis in axes]


def _axis(axis: Axis, tagged: Mapping[str, Tagged]) -> AxisFigures:
    labels = tuple(next(iter(tagged.values())).scores)
    scores = [_scores(axis, group.terms, tagged) for group in axis.groups]
    baseline = np.mean([group.mean(axis=1) for group in scores], axis=0)[:, None]  # [S, 1, K]
    gaps = np.concatenate(
        [np.abs(one[:, :, None] - other[:, None]).ravel() for one, other in combinations(scores, 2)],
    )
    figures = (_group(group.name, own - baseline, labels) for group, own in zip(axis.groups, scores, strict=True))
    return AxisFigures(axis.name, float(gaps.mean()), float(gaps.max()), tuple(figures))


def _scores(axis: Axis, terms: Sequence[tuple[str, ...]], tagged: Mapping[str, Tagged]) -> NDArray[np.float64]:
    """Scores [S, N, K] of S templates with N terms."""
    rows = [[list(tagged[axis.write(template, term)].scores.values()) for term in terms] for template in axis.templates]
    return np.array(rows)


def _group(name: str, differences: NDArray[np.float64], labels: Sequence[str]) -> GroupFigures:
    """Differences [S, N, K] from the mean of the groups → figures."""
    shifts = differences.mean(axis=(0, 1))
    worst = int(np.abs(shifts).argmax())
    absolute = np.abs(differences)
    return GroupFigures(
        group=name,
        sentences=differences.shape[0] * differences.shape[1],
        mean=float(absolute.mean()),
        worst_label=labels[worst],
        shift=float(shifts[worst]),
        largest=float(absolute.max()),
    )
