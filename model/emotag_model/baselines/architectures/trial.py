"""The epochs of one training, timed and judged on dev; nothing of it is on disk before its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.evaluation.crossfit import crossfit
from emotag_model.evaluation.evaluate import report_of
from emotag_model.labels import BASIC, EKMAN, GOEMOTIONS, default_labels
from emotag_model.training.state import EpochFigures

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.training.dev import Dev
    from emotag_model.training.trainer import Trainer


class Trial:
    """A trainer on its way through its epochs, and what they came to so far."""

    def __init__(self, trainer: Trainer, dev: Dev) -> None:
        self.history: list[EpochFigures] = []
        self.seconds: list[float] = []
        self._trainer, self._dev = trainer, dev
        self._best: dict[str, NDArray[np.float32]] = {}  # logits of the best epoch, by head

    def run_epoch(self, epoch: int, advance: Callable[[int], None], clock: Callable[[], float]) -> EpochFigures:
        """Train one epoch, timed by `clock`, and judge the averaged weights as `emotag train` does."""
        began = clock()
        loss = self._trainer.run_epoch(epoch, advance)
        self.seconds.append(clock() - began)
        logits = self._dev.logits(self._trainer.average.network)
        outcomes = self._dev.outcomes(self._dev.calibrated(logits), logits)
        macro = {each.name: report_of(each).macro_f1 for each in outcomes}
        figures = EpochFigures(epoch, loss, macro[BASIC], macro[EKMAN], macro[GOEMOTIONS])
        if all(figures.score > each.score for each in self.history):
            self._best = logits
        self.history.append(figures)
        return figures

    def held_out(self) -> dict[str, float]:
        """Return macro-F1 by taxonomy of the best epoch, thresholds fitted to the other half of dev."""
        if not self._best:
            return {}
        taxonomies = [default_labels().taxonomy(name) for name in (BASIC, EKMAN, GOEMOTIONS)]
        return {each.name: crossfit(each, *self._dev.of(each.name, self._best))[0] for each in taxonomies}
