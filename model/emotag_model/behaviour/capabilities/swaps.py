"""One person exchanged for another: a name, a pronoun or a word for who somebody is says nothing of emotion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.cases import Invariance
from emotag_model.behaviour.people import AXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag_model.behaviour.people import Axis


def _cases(axis: Axis) -> Iterator[Invariance]:
    """Pair the sentences of the first term of all with those of two terms of every other group."""
    first, *others = axis.groups
    reference = first.terms[0]
    for template in axis.templates:
        for term in (term for group in others for term in group.terms[:2]):
            yield Invariance(axis.write(template, reference), axis.write(template, term))


SWAPS = tuple(
    Capability(
        f"swaps: {axis.name}",
        f"{axis.name} exchanged for another of a different group: label and scores stay",
        tuple(_cases(axis)),
    )
    for axis in AXES
)
