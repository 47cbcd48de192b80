"""A set of labels that tags can be expressed in, computed from the logits of the model's outputs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from emotag_model.labels.errors import LabelsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_LARGEST_LOGIT = 80.0  # beyond it float32's exp overflows, and the score is 0 anyway


@dataclass(frozen=True, kw_only=True)
class Taxonomy:
    """K labels over the F outputs of the model.

    A label's logit is the largest among its members' (the roll-up rule for sigmoid outputs); its score is
    `sigmoid(above * softplus(logit) - below * softplus(-logit) + bias)`, a probability: a line that goes from one
    slope to the other, fitted on held-out messages. It holds when the score reaches the label's threshold.
    """

    name: str
    labels: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]  # per label, the outputs it is made of
    above: tuple[float, ...]  # slope of large logits; with both 1 and no bias the score is the plain sigmoid
    below: tuple[float, ...]  # slope of small ones
    bias: tuple[float, ...]
    thresholds: tuple[float, ...]
    rest: str = ""  # label that a tag carries only where no other holds; none unless given
    expected: tuple[float, ...] = ()  # share of each label among the tags of the messages it was fitted to, if known

    def __post_init__(self) -> None:
        self._check_shapes()
        self._check_values()

    @classmethod
    def plain(cls, name: str, groups: Mapping[str, Sequence[int]], *, rest: str = "") -> Self:
        """Make a taxonomy that is not calibrated yet: scores are plain sigmoids, every threshold is one half."""
        count = len(groups)
        members = tuple(tuple(group) for group in groups.values())
        one, zero, half = (1.0,) * count, (0.0,) * count, (0.5,) * count
        return cls(
            name=name,
            labels=tuple(groups),
            members=members,
            above=one,
            below=one,
            bias=zero,
            thresholds=half,
            rest=rest,
        )

    def calibrated(
        self,
        above: Sequence[float],
        bias: Sequence[float],
        thresholds: Sequence[float],
        *,
        below: Sequence[float] | None = None,
    ) -> Taxonomy:
        """Return the same taxonomy with other scores and thresholds, per label; `below` is `above` unless given.

        What tags are expected to say depends on these, and is not known any more.
        """
        return replace(
            self,
            above=tuple(above),
            below=tuple(above if below is None else below),
            bias=tuple(bias),
            thresholds=tuple(thresholds),
            expected=(),
        )

    def expecting(self, scores: NDArray[np.float32]) -> Taxonomy:
        """Return the same taxonomy, which expects labels to be as frequent as in the tags of these scores [N, K]."""
        counts = np.bincount(self.chosen(scores), minlength=len(self.labels))
        return replace(self, expected=tuple(round(float(count) / len(scores), 6) for count in counts))

    def roll_up(self, fine: NDArray[Any]) -> NDArray[Any]:
        """Logits, or 0/1 truth, [B, F] → the largest of each label's members, [B, K]."""
        order, starts = self._groups
        rolled: NDArray[Any] = np.maximum.reduceat(fine[:, order], starts, axis=1)
        return rolled

    def scores(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits [B, F] → calibrated probabilities [B, K], float32, in the order of `labels`."""
        above, below, bias = self._line
        rolled = self.roll_up(logits)
        adjusted = (above - below) * softplus(rolled) + below * rolled + bias  # softplus(-z) is softplus(z) - z
        scores: NDArray[np.float32] = 1 / (1 + np.exp(np.minimum(-adjusted, _LARGEST_LOGIT)))
        return scores

    def chosen(self, scores: NDArray[np.float32]) -> NDArray[np.intp]:
        """Scores [B, K] → the column of the label that each message's tag carries [B].

        The highest-scoring that holds, `rest` after all others; where none holds, `rest`, or the highest-scoring one.
        """
        holds = scores >= self.threshold_array
        if not self.rest:
            columns: NDArray[np.intp] = (scores + holds).argmax(axis=1)
            return columns
        column = self.labels.index(self.rest)
        holds[:, column] = False
        return np.where(holds.any(axis=1), np.where(holds, scores, -1).argmax(axis=1), column)

    @cached_property
    def threshold_array(self) -> NDArray[np.float32]:
        """The thresholds [K] in float32; a label holds where its score reaches its threshold."""
        return np.asarray(self.thresholds, dtype=np.float32)

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads, in JSON's types."""
        rows = zip(self.labels, self.members, self.above, self.below, self.bias, self.thresholds, strict=True)
        keys = ("label", "members", "above", "below", "bias", "threshold")
        listed = [dict(zip(keys, row, strict=True)) for row in rows]
        for row, share in zip(listed, self.expected, strict=False):
            row["expected"] = share
        return {"name": self.name, "labels": listed, **({"rest": self.rest} if self.rest else {})}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read `to_dict`'s form. Raises LabelsError for one that contradicts itself, KeyError for a missing field."""
        rows = data["labels"]
        return cls(
            name=data["name"],
            labels=tuple(row["label"] for row in rows),
            members=tuple(tuple(row["members"]) for row in rows),
            above=tuple(float(row["above"]) for row in rows),
            below=tuple(float(row["below"]) for row in rows),
            bias=tuple(float(row["bias"]) for row in rows),
            thresholds=tuple(float(row["threshold"]) for row in rows),
            rest=str(data.get("rest", "")),
            expected=tuple(float(row["expected"]) for row in rows if "expected" in row),
        )

    @cached_property
    def _groups(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """All members one label after the other, and where each label's begin."""
        order = np.array([member for group in self.members for member in group], dtype=np.intp)
        starts = np.cumsum([0, *(len(group) for group in self.members[:-1])], dtype=np.intp)
        return order, starts

    @cached_property
    def _line(self) -> NDArray[np.float32]:
        return np.asarray([self.above, self.below, self.bias], dtype=np.float32)

    def _check_shapes(self) -> None:
        if not self.labels or len(set(self.labels)) != len(self.labels):
            raise LabelsError(f"taxonomy {self.name!r}: labels must be distinct and at least one, not {self.labels}")
        if self.rest and self.rest not in self.labels:
            raise LabelsError(f"taxonomy {self.name!r}: rest is {self.rest!r}, which is none of its labels")
        for field in ("members", "above", "below", "bias", "thresholds"):
            if (count := len(getattr(self, field))) != len(self.labels):
                raise LabelsError(f"taxonomy {self.name!r}: {field} has {count} entries for {len(self.labels)} labels")
        if self.expected and len(self.expected) != len(self.labels):
            raise LabelsError(f"taxonomy {self.name!r}: expected must be given for each label, or for none")

    def _check_values(self) -> None:
        for label, group in zip(self.labels, self.members, strict=True):
            if not group or any(type(member) is not int or member < 0 for member in group):
                raise LabelsError(
                    f"taxonomy {self.name!r}: members of {label!r} must be places of outputs, not {group}"
                )
        if not np.isfinite([*self.above, *self.below, *self.bias]).all() or min(*self.above, *self.below) <= 0:
            raise LabelsError(f"taxonomy {self.name!r}: slopes (above, below) must be positive, they and bias finite")
        if not all(0 <= threshold <= 1 for threshold in self.thresholds):
            raise LabelsError(f"taxonomy {self.name!r}: thresholds must lie in [0, 1], not {self.thresholds}")
        if not all(0 <= share <= 1 for share in self.expected):
            raise LabelsError(f"taxonomy {self.name!r}: expected must lie in [0, 1], not {self.expected}")


def softplus(values: NDArray[Any]) -> NDArray[Any]:
    """Return log(1 + exp(value)), elementwise, without overflow."""
    rest: NDArray[Any] = np.maximum(values, 0) + np.log1p(np.exp(-np.abs(values)))
    return rest
