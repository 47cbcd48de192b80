"""A tag: what the engine says of one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.checkpoint import Identity
    from emotag_service.engine.errors import MessageError


@dataclass(slots=True)
class Tag:
    """A label with its scores, or the error that kept this message alone from having one.

    Attributes:
        message_id: The id of the message.
        label: The highest-scoring label that passes its threshold; when `uncertain` of all, in `basic` neutral. Empty
            on error.
        score: Calibrated probability of `label`, in [0, 1].
        labels: Every label that passes its threshold, highest score first, but neutral of `basic` last.
        scores: float32 [K], in the order of the taxonomy, when asked for.
        uncertain: No label passed its threshold.
        truncated: The model read only the beginning of the message.
        token_weights: (token, share of the evidence for the label) in reading order, when asked for.
        queue_seconds: From admission until a replica took the message.
        compute_seconds: How long the batch it was part of was computed for.
        error: Why there is no label.
        model: The checkpoint that made it; None on what no model saw.
    """

    message_id: str
    label: str = ""
    score: float = 0.0
    labels: tuple[str, ...] = ()
    scores: NDArray[np.float32] | None = None
    uncertain: bool = False
    truncated: bool = False
    token_weights: tuple[tuple[str, float], ...] = ()
    queue_seconds: float = 0.0
    compute_seconds: float = 0.0
    error: MessageError | None = None
    model: Identity | None = None
