"""A tag: what emotag says of one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag.info import NO_MODEL, Model

if TYPE_CHECKING:
    from emotag.errors import EmotionError


@dataclass(slots=True)
class Tag:
    """A label with its scores, or the error that kept this message alone from having one.

    Attributes:
        message_id: The id of the message.
        label: The highest-scoring label that passes its threshold, in `basic` neutral only when no other does; when
            `uncertain` neutral in `basic`, else the highest-scoring one; empty on error.
        score: Calibrated probability of `label`, in [0, 1].
        labels: Every label that passes its threshold, highest score first and neutral of `basic` last; at most `top_k`
            when asked for.
        scores: Label → calibrated probability for every label of the taxonomy, when asked for. Scores are independent
            and need not sum to 1.
        uncertain: No label passes its threshold.
        truncated: The model read only the beginning of the message.
        token_weights: (token, share of the evidence for the label) in reading order, when asked for; they sum to 1.
        queue_seconds: From admission until a replica took the message.
        compute_seconds: How long the batch it was part of was computed for.
        error: Why there is no label, or None.
        model: The model that made the tag; empty names when the message never got there.
    """

    message_id: str
    label: str = ""
    score: float = 0.0
    labels: tuple[str, ...] = ()
    scores: dict[str, float] | None = None
    uncertain: bool = False
    truncated: bool = False
    token_weights: tuple[tuple[str, float], ...] | None = None
    queue_seconds: float = 0.0
    compute_seconds: float = 0.0
    error: EmotionError | None = None
    model: Model = NO_MODEL
