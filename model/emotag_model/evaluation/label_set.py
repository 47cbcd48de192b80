"""The labels of a data set, stated in those that the model gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_model.evaluation.headline import MACRO, Headline
from emotag_model.labels import BASIC, BASIC_LABELS, FINE_LABELS, GOEMOTIONS
from emotag_model.labels.errors import LabelsError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class LabelSet:
    """K labels of a data set over our fine labels.

    Attributes:
        name: what `--label-set` takes.
        title: the data set and where its labels are described.
        members: each label to the fine labels that it is given for.
        without: labels that none of ours stands for; messages that have no other label are left out.
        single: whether a message has one label, so that the highest score alone is given.
        headline: the figure that the data set is usually judged by.
        head: the head of the model that learnt these very labels; None where they are given zero-shot.
    """

    name: str
    title: str
    members: Mapping[str, tuple[str, ...]]
    without: tuple[str, ...] = ()
    single: bool = True
    headline: Headline = MACRO
    head: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that are scored, in their order."""
        return tuple(self.members)

    @property
    def known(self) -> frozenset[str]:
        """Every label that the data set has."""
        return frozenset((*self.members, *self.without))

    def columns(self, outputs: Sequence[str]) -> list[list[int]]:
        """Return per label the places of its members in `outputs`. Raises LabelsError for a model without one."""
        if missing := {member for group in self.members.values() for member in group} - set(outputs):
            raise LabelsError(
                f"label set {self.name!r}: stated in labels that this checkpoint does not give: "
                f"{', '.join(sorted(missing))}; use one with GoEmotions' labels"
            )
        return [[outputs.index(member) for member in group] for group in self.members.values()]


OWN_LABEL_SETS = (
    LabelSet(
        name=GOEMOTIONS,
        title="GoEmotions (Demszky et al. 2020)",
        members={label: (label,) for label in FINE_LABELS},
        single=False,
        head=GOEMOTIONS,
    ),
    LabelSet(
        name=BASIC,
        title="seven words in their plain meaning, of agents' messages",
        members={label: (f"{BASIC}/{label}",) for label in BASIC_LABELS},
        single=False,
        head=BASIC,
    ),
)
"""The label sets of data that has the model's own labels."""


def fitting(label_sets: Collection[LabelSet], names: Collection[str]) -> list[LabelSet]:
    """Return those that know all of `names`, the one with the fewest further labels first."""
    fit = [each for each in label_sets if each.known.issuperset(names)]
    return sorted(fit, key=lambda each: len(each.known))
