"""Something that a tagger of emotions should be able to do, and the cases that show whether it is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
