"""The epochs of one training, timed and judged on dev; nothing of it is on disk before its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.evaluation import predict_logits
from emotag_model.evaluation.calibrate import calibrate_labels
from emotag_model.evaluation.crossfit import crossfit
from emotag_model.evaluation.evaluate import report_all
from emotag_model.labels import EKMAN, GOEMOTIONS, default_labels
from emotag_model.training.state import EpochFigures

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.evaluation import EncodedExamples
    from emotag_model.training.trainer import Trainer


class Trial:
    """A trainer on its way through its epochs, and what they came to so far."""

    def __init__(self, trainer: Trainer, dev: EncodedExamples) -> None:
        self.history: list[EpochFigures] = []
        self.seconds: list[float] = []
        self._trainer, self._dev = trainer, dev
        self._best: NDArray[np.float32] | None = None  # logits of the best epoch

    def run_epoch(self, epoch: int, advance: Callable[[int], None], clock: Callable[[], float]) -> EpochFigures:
        """Train one epoch, timed by `clock`, and judge the averaged weights as `emotag train` does."""
        began = clock()
        loss = self._trainer.run_epoch(epoch, advance)
        self.seconds.append(clock() - began)
        logits = predict_logits(self._trainer.average.network, self._dev.ids)
        labels = calibrate_labels(default_labels(), logits, self._dev.truth)
        macro = {each.taxonomy: each.macro_f1 for each in report_all(labels, logits, self._dev.truth)}
        figures = EpochFigures(epoch, loss, macro[EKMAN], macro[GOEMOTIONS])
        if all(figures.score > each.score for each in self.history):
            self._best = logits
        self.history.append(figures)
        return figures

    def held_out(self) -> dict[str, float]:
        """Return macro-F1 by taxonomy of the best epoch, thresholds fitted to the other half of dev."""
        if self._best is None:
            return {}
        taxonomies = [default_labels().taxonomy(name) for name in (EKMAN, GOEMOTIONS)]
        return {each.name: crossfit(each, self._best, self._dev.truth)[0] for each in taxonomies}
