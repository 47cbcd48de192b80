"""Tags of a column of texts: one list for each thing that is said of a text, for tables rather than messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag.errors import EmotionError


@dataclass(slots=True)
class TagColumns:
    """What is said of N texts; every list has N entries, in the order of the texts.

    Attributes:
        error: Why a text has no tag, or None; where there is an error, all else is None.
        label: As `Tag.label`.
        score: As `Tag.score`.
        labels: As `Tag.labels`.
        uncertain: As `Tag.uncertain`.
        scores: As `Tag.scores`; all None unless asked for.
    """

    error: list[EmotionError | None]
    label: list[str | None] = field(init=False)
    score: list[float | None] = field(init=False)
    labels: list[tuple[str, ...] | None] = field(init=False)
    uncertain: list[bool | None] = field(init=False)
    scores: list[dict[str, float] | None] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.error)
        self.label, self.score, self.labels = [None] * count, [None] * count, [None] * count
        self.uncertain, self.scores = [None] * count, [None] * count

    def errors(self) -> list[str | None]:
        """The errors as text that begins with the code, such as "INVALID_ARGUMENT: text: is empty; …"."""
        return [None if error is None else f"{error.code}: {error}" for error in self.error]
