"""Something that a tagger of emotions should be able to do, and the cases that show whether it is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from emotag_model.behaviour.cases import Minimum

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emotag_model.behaviour.cases import Case


@dataclass(frozen=True, slots=True)
class Capability:
    """A named group of cases; `expectation` says in a sentence what a reasonable person expects of them."""

    name: str
    expectation: str
    cases: tuple[Case, ...]


def fill(template: str, **slots: Sequence[str]) -> list[str]:
    """Fill every combination of the slots' values into `template`, the last slot changing fastest."""
    return [template.format(**dict(zip(slots, values, strict=True))) for values in product(*slots.values())]


def minimum(texts: Iterable[str], *labels: str) -> list[Minimum]:
    """Make a case of every text: its tag's label must be one of `labels`."""
    return [Minimum(text, labels) for text in texts]
