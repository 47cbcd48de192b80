"""The pool: every replica, what becomes of those that fail, and the health that follows from them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from emotag_service.engine.errors import ComputeError, DeviceError, EngineError
from emotag_service.engine.replica import Replica, State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.engine.batch import Batch
    from emotag_service.engine.delivery import Delivery
    from emotag_service.engine.limits import EngineLimits
    from emotag_service.engine.model import Model, ReplicaPlan
    from emotag_service.engine.queue import Queue
    from emotag_service.engine.tag import Tag

log = structlog.get_logger("emotag.engine")


@dataclass(slots=True, eq=False)
class Slot:
    """A place in the pool, whoever fills it.

    Attributes:
        plan: How to fill it.
        state: Of the replica in it.
        error: What the last failure was.
        hangs: Replicas in a row that hung here without having computed a batch.
        ended: Set when the thread of the replica in it does nothing more.
        busy_before: Seconds that replicas which were here before have computed.
    """

    plan: ReplicaPlan
    replica: Replica | None = None
    state: State = State.BUILDING
    error: BaseException | None = None
    hangs: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    busy_before: float = 0.0

    @property
    def busy_seconds(self) -> float:
        """How long replicas have computed batches here."""
        return self.busy_before + (self.replica.busy_seconds if self.replica is not None else 0.0)


class Pool:
    """All replicas. Belongs to the engine's event loop, except for the methods of `Outcomes`."""

    def __init__(
        self,
        model: Model,
        queue: Queue,
        delivery: Delivery,
        limits: EngineLimits,
        clock: Callable[[], float],
        on_change: Callable[[], None],
    ) -> None:
        """Make one; `on_change` is called on the loop when a replica came into another state."""
        plans = model.replicas
        if not plans or len({plan.name for plan in plans}) < len(plans):
            raise ValueError(f"replicas: {[plan.name for plan in plans]}; give at least one, each with its own name")
        self.slots = [Slot(plan) for plan in plans]
        self._model = model
        self._queue = queue
        self._delivery = delivery
        self._limits = limits
        self._clock = clock
        self._on_change = on_change
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def serving(self) -> int:
        """How many replicas have proved themselves by a forward pass and take batches."""
        return sum(slot.state is State.SERVING for slot in self.slots)

    @property
    def hopeless(self) -> bool:
        """Every replica is given up."""
        return all(slot.state is State.GIVEN_UP for slot in self.slots)

    def start(self) -> None:
        """Set every thread to building and warming up; `ready` waits for them."""
        self._loop = asyncio.get_running_loop()
        for slot in self.slots:
            self._fill(slot, attempts=1)

    async def ready(self) -> None:
        """Wait until all serve.

        Raises:
            DeviceError: One does not come into service.
            EngineError: The pool was closed meanwhile.
        """
        while any(slot.state is State.BUILDING for slot in self.slots) and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        if self._closed:
            raise EngineError("the engine, or its next model, was closed before it served")
        for slot in self.slots:
            if slot.state is State.GIVEN_UP:
                raise DeviceError(
                    f"{slot.plan.name}: the model does not run there ({slot.error!r}); try others, such as 'cpu'"
                ) from slot.error

    async def close(self) -> None:
        """Send every thread home and wait for it, for a bounded time."""
        self._closed = True
        self._changed.set()
        self._queue.close()
        replicas = [(slot, slot.replica) for slot in self.slots if slot.replica is not None]
        for _, replica in replicas:
            replica.close()
        await asyncio.gather(*(self._join(slot, replica) for slot, replica in replicas))

    def check(self) -> float | None:
        """Replace what hangs; returns the seconds until something else could, None while all are idle."""
        now = self._clock()
        for slot in self.slots:
            due = slot.replica.due() if slot.replica else None
            if due is not None and due <= now:
                self._replace(slot)
        dues = [due for slot in self.slots if slot.replica and (due := slot.replica.due()) is not None]
        return max(min(dues) - now, 0.0) if dues else None

    def tagged(self, batch: Batch, tags: Sequence[Tag], tokens: int) -> None:
        """Of `Outcomes`: deliver on the loop, one call per batch."""
        self.post(self._delivery.tagged, batch, tags, tokens)

    def lost(self, batch: Batch, error: BaseException) -> None:
        """Of `Outcomes`: answer on the loop."""
        self.post(self._delivery.failed, batch.entries, _compute_error(error))

    def changed(self, replica: Replica, state: State, error: BaseException | None) -> None:
        """Of `Outcomes`: take note on the loop."""
        self.post(self._note, replica, state, error)

    def ended(self, replica: Replica) -> None:
        """Of `Outcomes`: take note on the loop."""
        self.post(self._note_end, replica)

    def post(self, function: Callable[..., object], *values: object) -> None:
        """Have a function called on the loop; for the threads of replicas."""
        try:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(function, *values)
        except RuntimeError:
            # The loop was closed without the engine: nobody is left to be told, and the thread ends.
            self._queue.close()

    def _fill(self, slot: Slot, attempts: int) -> None:
        slot.ended.clear()
        slot.busy_before = slot.busy_seconds
        slot.replica = Replica(slot.plan, self._model, self._queue, self, self._limits, self._clock)
        slot.replica.start(attempts)

    def _note(self, replica: Replica, state: State, error: BaseException | None) -> None:
        slot = next((slot for slot in self.slots if slot.replica is replica), None)
        if slot is not None:
            self._set(slot, state, error)

    def _note_end(self, replica: Replica) -> None:
        for slot in self.slots:
            if slot.replica is replica:
                slot.ended.set()

    def _set(self, slot: Slot, state: State, error: BaseException | None) -> None:
        if slot.state is not state:
            cause = {} if error is None else {"cause": _name(error)}
            log.info("replica changed", replica=slot.plan.name, was=slot.state.value, now=state.value, **cause)
        slot.state, slot.error = state, error
        self._changed.set()
        self._on_change()

    def _replace(self, slot: Slot) -> None:
        """Abandon a hanging replica, fill its slot anew, and see to its batches."""
        hung = slot.replica
        if hung is None:
            return
        log.error("replica hangs", replica=slot.plan.name)
        limits, builds = self._limits, slot.state is State.BUILDING
        error = TimeoutError(f"no forward pass within {limits.build_seconds if builds else limits.compute_seconds:g} s")
        self._retry(slot, hung.abandon(), error)
        slot.hangs = 0 if hung.proven else slot.hangs + 1
        if self._closed or slot.state is not State.SERVING or slot.hangs > self._limits.rebuild_attempts:
            slot.ended.set()
            self._set(slot, State.GIVEN_UP, error)
        else:
            self._set(slot, State.BUILDING, error)
            self._fill(slot, self._limits.rebuild_attempts)

    def _retry(self, slot: Slot, batches: Sequence[Batch], error: BaseException) -> None:
        if not batches:
            return
        failed, *untouched = batches
        again = failed.again(error, slot.plan.name)
        if not again:
            self._delivery.failed(failed.entries, _compute_error(error))
        self._queue.retry([*untouched, *again])

    async def _join(self, slot: Slot, replica: Replica) -> None:
        try:
            async with asyncio.timeout(self._limits.close_seconds):
                await slot.ended.wait()
        except TimeoutError:
            replica.abandon()
            log.warning("replica left behind", replica=slot.plan.name)
        else:
            # Its last act was to say so; one that was abandoned earlier may hang forever and is not waited for.
            if not replica.abandoned:
                replica.thread.join()


def _compute_error(error: BaseException) -> ComputeError:
    return ComputeError(f"the model failed on this message ({_name(error)}); sending it again will not help")


def _name(error: BaseException) -> str:
    return type(error).__name__
