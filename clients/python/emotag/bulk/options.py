"""What a bulk run is asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """The same for every row of a run.

    Attributes:
        text_field: The field or column that holds the text.
        taxonomy: Labels to use; empty means the checkpoint's default.
        scores: Give the score of every label.
        checkpoint: A folder, or None for the checkpoint that ships.
    """

    text_field: str = "text"
    taxonomy: str = ""
    scores: bool = False
    checkpoint: str | None = None
