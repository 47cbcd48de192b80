"""What the engine asks of a predictor, and the look that it takes at what one returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from emotag_model.text import Encoding

WARM_UP_WORD = "emotag"
_SAMPLES = ([4], [24] * 16, [1, 3, 8, 32])  # words of the texts of each warm-up batch


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


class TextEncoder(Protocol):
    """What cuts texts; `emotag_model.text.tokenizer.Tokenizer` is one."""

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads of a text."""

    def encode(self, text: str) -> Encoding:
        """Return the token ids of a text, none when it shows nothing, and whether it was cut."""

    def tokens(self, text: str) -> list[str]:
        """Return what the ids stand for, one each."""


class PredictionError(ValueError):
    """A predictor returned something that is no prediction of its batch."""


def probe(predictor: Predictor) -> None:
    """Warm a predictor up with real forward passes. Raises what it raises, or PredictionError."""
    for sizes in _SAMPLES:
        texts = [" ".join([WARM_UP_WORD] * size) for size in sizes]
        check_prediction(predictor.launch(texts, evidence=True)(), len(texts), predictor.label_count)


def check_prediction(prediction: Prediction, texts: int, labels: int) -> None:
    """Raise PredictionError unless there is a row of finite logits, and a length, for every text."""
    if prediction.logits.shape != (texts, labels):
        raise PredictionError(f"logits have shape {prediction.logits.shape}, not {(texts, labels)}")
    if prediction.lengths.shape != (texts,) or prediction.truncated.shape != (texts,):
        raise PredictionError(f"lengths have shape {prediction.lengths.shape}, not {(texts,)}, or truncated has not")
    if not np.isfinite(prediction.logits).all():
        raise PredictionError("logits are not all finite")
    if prediction.evidence is not None:
        _check_evidence(prediction, labels)


def _check_evidence(prediction: Prediction, labels: int) -> None:
    shapes = [each.shape for each in prediction.evidence or ()]
    if shapes != [(length, labels) for length in prediction.lengths.tolist()]:
        raise PredictionError(f"evidence has shapes {shapes}, not (tokens, {labels}) for each text")
    if not all(np.isfinite(each).all() for each in prediction.evidence or ()):
        raise PredictionError("evidence is not all finite")
