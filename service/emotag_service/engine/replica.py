"""A replica: one model on one device, worked by one thread that pulls batches."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from enum import Enum
from functools import partial
from threading import Event, Lock, Thread, get_native_id
from typing import TYPE_CHECKING, NoReturn, Protocol

import structlog

from emotag_service.engine.batch import label
from emotag_service.engine.flight import Flight, Launched
from emotag_service.engine.predictors.protocol import check_prediction, probe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.engine.batch import Batch
    from emotag_service.engine.limits import EngineLimits
    from emotag_service.engine.model import Model, ReplicaPlan
    from emotag_service.engine.predictors.protocol import Prediction, Predictor
    from emotag_service.engine.queue import Queue
    from emotag_service.engine.tag import Tag

_NICER = 10  # than the event loop: of a core that both want all the time, compute is left a tenth
log = structlog.get_logger("emotag.engine")


class State(Enum):
    """Where a replica stands."""

    BUILDING = "building"
    SERVING = "serving"
    GIVEN_UP = "given up"


class Outcomes(Protocol):
    """Where a replica reports; called on the replica's thread."""

    def tagged(self, batch: Batch, tags: Sequence[Tag], tokens: int) -> None:
        """A batch, which has so many tokens, has its tags."""

    def lost(self, batch: Batch, error: BaseException) -> None:
        """The one message of `batch` cannot be computed."""

    def changed(self, replica: Replica, state: State, error: BaseException | None) -> None:
        """The replica came into another state."""

    def ended(self, replica: Replica) -> None:
        """The thread does nothing more."""


class Replica:
    """One model on one device.

    Its thread builds the predictor, warms it up with forward passes, and then computes the batches that it takes from
    the queue: texts are read, computed and labelled here, and the loop gets finished tags. After a failure it is fenced
    until a forward pass succeeds again: on a fresh build, or on the one it has when the messages are the suspects. A
    thread that hangs is abandoned, and what it still returns is dropped.

    Attributes:
        name: Of the device, unique in the pool.
        thread: Its worker.
        proven: It has computed a batch.
    """

    def __init__(
        self,
        plan: ReplicaPlan,
        model: Model,
        queue: Queue,
        outcomes: Outcomes,
        limits: EngineLimits,
        clock: Callable[[], float],
    ) -> None:
        self.name = plan.name
        self.thread = Thread(target=self._run, name=f"emotag-{plan.name}", daemon=True)
        self.proven = False
        self._build = plan.build
        self._model = model
        self._queue = queue
        self._outcomes = outcomes
        self._limits = limits
        self._clock = clock
        self._flight = Flight()
        self._standing = Lock()  # held while it says whether it serves, so that an abandoned one cannot
        self._closing = Event()
        self._attempts = 1
        self._predictor: Predictor | None = None

    def start(self, attempts: int) -> None:
        """Start the thread, which tries to build that often."""
        self._attempts = attempts
        self._flight.busy(self._clock(), self._limits.build_seconds)
        self.thread.start()

    def close(self) -> None:
        """Let it build no more. The thread ends once the queue is closed, too."""
        self._closing.set()

    def due(self) -> float | None:
        """Return the engine-clock seconds after which it hangs; None while it is idle."""
        return self._flight.due()

    @property
    def busy_seconds(self) -> float:
        """How long it has computed batches."""
        return self._flight.busy_seconds

    @property
    def abandoned(self) -> bool:
        """It was cut off."""
        return self._flight.seized

    def abandon(self) -> list[Batch]:
        """Cut the thread off from everything, and return the batches it had, the hanging one first."""
        self._closing.set()
        with self._standing:
            self._queue.set_serving(self.name, serving=False)
            return self._flight.seize()

    def _run(self) -> None:
        _give_way()
        try:
            alive = self._revive(self._attempts, rebuild=True)
            while alive and (rebuild := self._serve()) is not None:
                alive = self._revive(self._limits.rebuild_attempts, rebuild=rebuild)
        except BaseException as error:  # a mistake of ours, or a predictor that exits: nobody may wait for this thread
            log.exception("replica crashed", replica=self.name)
            self._queue.retry(self._flight.clear())
            self._enter(State.GIVEN_UP, error)
        finally:
            self._leave()
            self._drop_predictor()
            self._outcomes.ended(self)

    def _revive(self, attempts: int, *, rebuild: bool) -> bool:
        """Come back into service after a forward pass that succeeds; False when it is time to end."""
        delay = self._limits.rebuild_delay
        for attempt in range(1, attempts + 1):
            error = self._prepare(rebuild=rebuild or attempt > 1)
            if self._closing.is_set():
                return False
            if error is None:
                self._enter(State.SERVING)
                return True
            log.warning("replica build failed", replica=self.name, attempt=attempt, of=attempts, error=repr(error))
            self._enter(State.BUILDING if attempt < attempts else State.GIVEN_UP, error)
            if attempt < attempts and self._closing.wait(delay):
                return False
            delay *= 2
        return False

    def _prepare(self, *, rebuild: bool) -> Exception | None:
        self._flight.busy(self._clock(), self._limits.build_seconds)
        try:
            if rebuild or self._predictor is None:
                self._drop_predictor()
                self._predictor = self._build()
            probe(self._predictor)
        except Exception as error:  # noqa: BLE001, whatever a device or driver raises: it counts as a failed attempt
            return error
        finally:
            self._flight.busy(None)
        return None

    def _enter(self, state: State, error: BaseException | None = None) -> None:
        with self._standing:
            if not self._flight.seized:
                self._queue.set_serving(self.name, serving=state is State.SERVING)
                self._outcomes.changed(self, state, error)

    def _leave(self) -> None:
        """Take no more batches, so that none waits for this replica because another one failed on it."""
        with self._standing:
            if not self._flight.seized:  # else another replica may serve under this name by now
                self._queue.set_serving(self.name, serving=False)

    def _serve(self) -> bool | None:
        """Compute until a failure; returns whether to build anew after it, or None when it is time to end."""
        while self._fill():
            try:
                self._finish(self._flight.first)
            except Exception as error:  # noqa: BLE001, whatever a model raises belongs to its batch
                rebuild = self._fail(error)
                if rebuild is not None:
                    return rebuild
        return None

    def _fill(self) -> bool:
        """Launch as many batches as pay; sleeps while there is none. False when it is time to end."""
        depth = self._predictor.depth if self._predictor else 0
        while len(self._flight) < depth and not self._flight.seized:
            batch = self._queue.take(self.name, wait=not self._flight)
            if batch is None:
                break
            self._launch(batch)
        return bool(self._flight) and not self._flight.seized

    def _launch(self, batch: Batch) -> None:
        launched = Launched(batch, _nothing, self._clock())
        if not self._flight:
            self._flight.busy(launched.since, self._limits.compute_seconds)
        if not self._flight.add(launched):
            self._queue.retry([batch])
            return
        try:
            launched.collect = self._start_on(batch)
        except Exception as error:  # noqa: BLE001, it surfaces when this batch's turn comes, after those before it
            launched.collect = partial(_raise, error)

    def _start_on(self, batch: Batch) -> Callable[[], Prediction]:
        assert self._predictor is not None  # noqa: S101, narrows for mypy; `_fill` launches only with one
        explain = any(entry.job.options.explain for entry in batch.entries)
        return self._predictor.launch([entry.text for entry in batch.entries], evidence=explain)

    def _finish(self, launched: Launched) -> None:
        assert self._predictor is not None  # noqa: S101, narrows for mypy; something was launched on it
        prediction = launched.collect()
        check_prediction(prediction, len(launched.batch.entries), self._predictor.label_count)
        now = self._clock()
        tags = label(launched.batch, self._model, prediction, now - launched.since)
        if self._flight.land(now):
            self.proven = True
            self._outcomes.tagged(launched.batch, tags, int(prediction.lengths.sum()))

    def _fail(self, error: Exception) -> bool | None:
        """Hand back what is in flight; returns whether to build anew, or None when the replica is beyond suspicion."""
        batches = self._flight.clear()
        if not batches:
            return None
        failed, *untouched = batches
        log.warning("batch failed", replica=self.name, messages=len(failed.entries), error=_name(error))
        again = failed.again(error, self.name)
        if not again:
            self._outcomes.lost(failed, error)
        rebuild = bool(again) and not failed.bisecting
        too_large = isinstance(error, MemoryError) and bool(again)
        if rebuild and not too_large:
            self._enter(State.BUILDING, error)
        self._queue.retry([*untouched, *again])
        return None if too_large else rebuild

    def _drop_predictor(self) -> None:
        predictor, self._predictor = self._predictor, None
        if predictor is not None:
            try:
                predictor.close()
            except Exception as error:  # noqa: BLE001, it is being thrown away
                log.warning("predictor close failed", replica=self.name, error=_name(error))


def _give_way() -> None:
    """Have this thread give way where the event loop wants the same core: it has much less to do, and callers wait."""
    if sys.platform == "linux":  # elsewhere niceness is of whole processes
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + _NICER)


def _nothing() -> NoReturn:
    raise RuntimeError("collected before it was launched")


def _raise(error: Exception) -> NoReturn:
    raise error


def _name(error: BaseException) -> str:
    """Name an error without its text, which could quote a message."""
    return type(error).__name__
