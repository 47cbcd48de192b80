"""What the engine asks of a predictor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray


class Prediction(NamedTuple):
    """What a model makes of a batch.

    Attributes:
        logits: float32 [B, L], one row per message, in the order of the checkpoint's labels.
        evidence: float32 [B, T, L], what each token adds to each logit, 0 on padding; only when asked for.
    """

    logits: NDArray[np.float32]
    evidence: NDArray[np.float32] | None = None


class Predictor(Protocol):
    """One model on one device, used by one thread.

    A message's row must not depend on what it was batched or padded with (1e-5).
    """

    @property
    def label_count(self) -> int:
        """Columns of the logits."""

    @property
    def depth(self) -> int:
        """Batches worth having launched at once: 1 when `launch` computes nothing by itself, 2 to prefetch one."""

    def launch(
        self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64], *, evidence: bool
    ) -> Callable[[], Prediction]:
        """Start on a batch and return what waits for its outcome.

        Args:
            token_ids: [B, T], padded with 0.
            lengths: [B], at least 1 each, at most T.
            evidence: Whether the evidence is wanted.

        Raises:
            MemoryError: The batch is too large for the device; it may do better in halves. So may the returned call.
        """

    def close(self) -> None:
        """Give back what the device holds for it. Called once, by its thread."""
