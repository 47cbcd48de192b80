"""What the engine asks of a predictor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray


class Prediction(NamedTuple):
    """What a model makes of the texts of a batch.

    Attributes:
        logits: float32 [B, L], one row per text, in the order of the checkpoint's labels; those of a text without
            tokens mean nothing.
        lengths: int32 [B], the tokens that were read of each text.
        truncated: bool [B], whether a text has more tokens than are read.
        evidence: For each text float32 [T, L], what each of its T tokens adds to each logit; only when asked for.
    """

    logits: NDArray[np.float32]
    lengths: NDArray[np.int32]
    truncated: NDArray[np.bool_]
    evidence: Sequence[NDArray[np.float32]] | None = None


class Predictor(Protocol):
    """One model on one device, used by one thread: from texts to logits.

    A text's row must not depend on what it was batched with (1e-5).
    """

    @property
    def label_count(self) -> int:
        """Columns of the logits."""

    @property
    def depth(self) -> int:
        """Batches worth having launched at once: 1 when `launch` computes nothing by itself, 2 to prefetch one."""

    def launch(self, texts: Sequence[str], *, evidence: bool) -> Callable[[], Prediction]:
        """Start on B texts and return what waits for their prediction.

        Args:
            texts: At least one; any of them may turn out to have no token.
            evidence: Whether the evidence is wanted.

        Raises:
            MemoryError: The batch is too large for the device; it may do better in halves. So may the returned call.
        """

    def close(self) -> None:
        """Give back what the device holds for it. Called once, by its thread."""
