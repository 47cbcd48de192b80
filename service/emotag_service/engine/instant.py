"""Computes on the event loop what is so little that handing it to a replica's thread would take longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from emotag_service.engine.batch import Batch, label
from emotag_service.engine.lap import Lap
from emotag_service.engine.predictors.protocol import check_prediction

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.engine.caller import Entry, Job
    from emotag_service.engine.delivery import Delivery
    from emotag_service.engine.limits import EngineLimits
    from emotag_service.engine.model import Model
    from emotag_service.engine.predictors.protocol import Predictor

_MOST = 8  # messages of one job: each costs its labels and its tag, however short it is
_LAPS = 4  # times of `EngineLimits.instant_bytes` are computed in a lap of the loop: three milliseconds at the worst
log = structlog.get_logger("emotag.engine")


class Instant:
    """A predictor of the loop's own, for jobs of a few words. Belongs to the engine's event loop.

    A sentence takes the native core some fifty microseconds, less than two changes of threads, which also make the
    loop wait for the interpreter's lock. `EngineLimits.instant_bytes` bounds how long the loop may be held up so.
    """

    def __init__(
        self,
        model: Model,
        build: Callable[[], Predictor],
        delivery: Delivery,
        limits: EngineLimits,
        clock: Callable[[], float],
    ) -> None:
        """Make one; `build` is called for the first job."""
        self._model = model
        self._build = build
        self._delivery = delivery
        self._size = limits.instant_bytes
        self._lap = Lap(_LAPS * limits.instant_bytes)
        self._clock = clock
        self._predictor: Predictor | None = None

    def answers(self, job: Job, entries: list[Entry]) -> bool:
        """Answer admitted messages of a job, if that takes no time; False leaves all of them to a replica."""
        if job.options.explain or len(entries) > _MOST:
            return False
        cost = sum([entry.cost for entry in entries])
        if cost > self._size or not self._lap.fits(cost):
            return False
        self._lap.note(cost)
        batch = Batch(entries, taken=self._clock())
        try:
            if self._predictor is None:
                self._predictor = self._build()
            prediction = self._predictor.launch([entry.text for entry in batch.entries], evidence=False)()
            check_prediction(prediction, len(batch.entries), self._predictor.label_count)
            tags = label(batch, self._model, prediction, self._clock() - batch.taken)
        except Exception as error:  # noqa: BLE001, whatever a model raises: a replica tries again, and finds the culprit
            log.warning("instant batch failed", messages=len(batch.entries), error=type(error).__name__)
            return False
        self._delivery.tagged(batch, tags, int(prediction.lengths.sum()))
        return True

    def close(self) -> None:
        """Give back what the predictor holds."""
        predictor, self._predictor = self._predictor, None
        if predictor is not None:
            predictor.close()
