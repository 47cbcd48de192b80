"""Proves that no held-out text is trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from emotag_model.training.data.normal_form import normal_form
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Placed(Protocol):
    """A text that knows where it stands."""

    @property
    def text(self) -> str:
        """The text."""

    @property
    def place(self) -> str:
        """File and line."""


Text = TypeVar("Text", bound=Placed)


def check_no_leak(train: Iterable[Placed], held_out: Iterable[Placed]) -> None:
    """Raise TrainingError naming the first held-out message whose text is trained on, and where."""
    seen = {normal_form(each.text): each.place for each in train}
    for each in held_out:
        if place := seen.get(normal_form(each.text)):
            raise TrainingError(f"{each.place}: its text is trained on as well, by {place}; leave it out there")
