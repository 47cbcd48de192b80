"""The labels of a data set, stated in those that the model gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_model.evaluation.headline import MACRO, Headline
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
    """

    name: str
    title: str
    members: Mapping[str, tuple[str, ...]]
    without: tuple[str, ...] = ()
    single: bool = True
    headline: Headline = MACRO

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that are scored, in their order."""
        return tuple(self.members)

    @property
    def known(self) -> frozenset[str]:
        """Every label that the data set has."""
        return frozenset((*self.members, *self.without))

    def columns(self, fine: Sequence[str]) -> list[list[int]]:
        """Return per label the places of its members in `fine`. Raises LabelsError for a model without one."""
        if missing := {member for group in self.members.values() for member in group} - set(fine):
            raise LabelsError(
                f"label set {self.name!r}: stated in labels that this checkpoint does not give: "
                f"{', '.join(sorted(missing))}; use one with GoEmotions' labels"
            )
        return [[fine.index(member) for member in group] for group in self.members.values()]


def own_label_set(fine: Sequence[str]) -> LabelSet:
    """Return the label set of data that has the model's own fine labels."""
    members = {label: (label,) for label in fine}
    return LabelSet(name="goemotions", title="GoEmotions (Demszky et al. 2020)", members=members, single=False)


def fitting(label_sets: Collection[LabelSet], names: Collection[str]) -> list[LabelSet]:
    """Return those that know all of `names`, the one with the fewest further labels first."""
    fit = [each for each in label_sets if each.known.issuperset(names)]
    return sorted(fit, key=lambda each: len(each.known))
