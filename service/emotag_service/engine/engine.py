"""The engine: messages in, tags out; all that a front or an embedding program needs."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from emotag_service.engine.admission import Admission
from emotag_service.engine.branch import Branch, check_replaceable
from emotag_service.engine.branches import Branches
from emotag_service.engine.caller import Caller, Job, Share
from emotag_service.engine.counters import Counters
from emotag_service.engine.delivery import Delivery
from emotag_service.engine.errors import (
    CancelledMessageError,
    DrainingError,
    EngineError,
    NoReplicaError,
)
from emotag_service.engine.health import EngineHealth, Watchdog
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.options import Options, OptionsResolver
from emotag_service.engine.plans import plan_model
from emotag_service.engine.room import Room

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_model.checkpoint import Checkpoint
    from emotag_service.engine.counters import EngineStats
    from emotag_service.engine.delivery import Observer
    from emotag_service.engine.errors import MessageError
    from emotag_service.engine.message import Message
    from emotag_service.engine.model import Model
    from emotag_service.engine.tag import Tag

_DEFAULT_OPTIONS = Options()
_DEFAULT_LIMITS = EngineLimits()


class Engine:
    """Tags messages over a pool of replicas. Made anywhere; started in, and used from, one event loop.

        engine = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()))
        await engine.start()
        tags = await engine.classify([Message("thank you so much!")])
        await engine.close()

    Attributes:
        limits: How much it takes, holds and computes at once.
        branches: The models in service.
    """

    def __init__(
        self,
        model: Model,
        *,
        limits: EngineLimits = _DEFAULT_LIMITS,
        clock: Callable[[], float] = time.monotonic,
        name: str = "",
    ) -> None:
        """Make one; `from_checkpoint` is the short way, and `name` is for logs where there are several.

        Raises:
            ValueError: Limits contradict the model.
        """
        self.limits = limits = _fit(limits, model)
        self._clock = clock
        self._options = OptionsResolver(model.taxonomies)
        self._health = EngineHealth(name)
        self._counters = Counters()
        self._counters.expect(model.taxonomies)
        self._empty = asyncio.Event()
        self._room = Room(limits.queue_messages, limits.queue_bytes, self._empty.set)
        self._delivery = Delivery(self._room, self._counters)
        self._admission = Admission(limits, self._room, self._counters, clock, self._retry_after)
        self.branches = Branches(self._branch(model))
        self._watchdog = Watchdog(self._check)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._draining = self._closed = False

    @classmethod
    def from_checkpoint(
        cls,
        checkpoint: Checkpoint,
        *,
        devices: str = "auto",
        limits: EngineLimits = _DEFAULT_LIMITS,
        processes: int = 1,
    ) -> Engine:
        """Make an engine that answers with a checkpoint.

        Args:
            checkpoint: What to answer with.
            devices: `auto | cpu | cpu:N | cuda | cuda:0,cuda:1`; auto is every CUDA device, else one CPU
                replica per core, four at most.
            limits: How much it takes, holds and computes at once.
            processes: How many share the cores of this machine.

        Raises:
            DeviceError: `devices` names something unknown or missing.
        """
        return cls(plan_model(checkpoint, devices, processes), limits=limits)

    @property
    def model(self) -> Model:
        """What answers whatever is admitted now."""
        return self.branches.live.model

    @property
    def healthy(self) -> bool:
        """A replica serves, proved by a forward pass, and messages are taken."""
        return self._health.healthy

    def on_health(self, callback: Callable[[bool], None]) -> None:
        """Have `callback` called on the loop with the new state whenever `healthy` changes."""
        self._health.subscribe(callback)

    def observe(self, observer: Observer) -> None:
        """Have an observer told of jobs and batches from now on."""
        self._delivery.observers.append(observer)

    def unobserve(self, observer: Observer) -> None:
        """Tell an observer no more; one that was not told is none the wiser."""
        self._delivery.observers = [each for each in self._delivery.observers if each is not observer]

    async def start(self) -> None:
        """Build every replica and warm it up.

        Raises:
            DeviceError: One does not run; everything was stopped.
            EngineError: It was started before, or closed meanwhile.
        """
        if self._loop is not None:
            raise EngineError("the engine was started before; make a new one")
        self._loop = asyncio.get_running_loop()
        self.branches.live.pool.start()
        self._watchdog.arm()
        try:
            await self.branches.live.pool.ready()
        except BaseException:
            await self.close()
            raise

    async def prepare(self, model: Model) -> None:
        """Build and warm up another model beside the one that answers, for `switch`; the last one prepared is let go.

        Raises:
            ModelMismatchError: Callers were told of other labels or limits.
            DeviceError: It does not run; nothing has changed.
            EngineError: The engine does not run, or is closed meanwhile.
        """
        if self._loop is None or self._draining:
            raise EngineError("the engine is not running: it cannot change its model")
        check_replaceable(self.model, model)
        await self.discard()
        branch = self.branches.prepared = self._branch(model)
        branch.pool.start()
        self._watchdog.arm()
        try:
            await branch.pool.ready()
        except BaseException:
            await self.discard()
            raise

    def switch(self) -> None:
        """Answer by the prepared model whatever is admitted from now on; what was admitted keeps the one that it has.

        Raises:
            EngineError: None is prepared.
        """
        self.branches.switch()
        self._note_change()

    async def discard(self) -> None:
        """Let go of the prepared model, if there is one."""
        await self.branches.discard()

    async def retired(self) -> None:
        """Wait until models that were replaced have answered what they had, and are gone."""
        await self.branches.retired()

    def check_options(self, options: Options) -> Options:
        """Return options with the default taxonomy filled in. Raises InvalidOptionsError naming the field."""
        return self._options.resolve(options)

    def caller(self, name: str = "", share: Share | None = None) -> Caller:
        """Return a new unit of cancellation; close it when its stream, peer or partition goes.

        It has a fair share of the replicas for itself, or takes turns with the others of `share`.
        """
        return Caller(name, self._close_caller, share)

    def submit(
        self,
        messages: Sequence[Message],
        options: Options = _DEFAULT_OPTIONS,
        *,
        caller: Caller | None = None,
        deadline: float | None = None,
    ) -> Job:
        """Take messages; never waits. What cannot be tagged is answered in the job at once, alone.

        Args:
            messages: What to tag.
            options: How, for all of them.
            caller: Whose they are; a caller of their own when None.
            deadline: Engine-clock seconds after which none of the tags is worth anything.

        Raises:
            InvalidOptionsError: The options name something that the checkpoint does not have.
            EngineError: The engine was not started.
        """
        if self._loop is None:
            raise EngineError("the engine is not started; await engine.start() first")
        caller = caller or self.caller()
        job = Job(len(messages), self.check_options(options), caller, self._cancel)
        for observer in self._delivery.observers:
            observer.submitted(job)
        patient = self._room.redeem(caller)
        refusal = self._refusal(caller)
        if refusal is not None:
            self._admission.refuse(messages, job, refusal)
        else:
            job.entries = self._admission.admit(messages, job, inf if deadline is None else deadline, patient=patient)
        if job.entries:
            self._schedule(job, messages)
        if patient:
            self._room.wake()
        return job

    async def classify(
        self,
        messages: Sequence[Message],
        options: Options = _DEFAULT_OPTIONS,
        *,
        caller: Caller | None = None,
        deadline: float | None = None,
    ) -> list[Tag]:
        """Return one tag per message, in order; `submit` and wait. Cancelling it cancels what was not computed."""
        return await self.submit(messages, options, caller=caller, deadline=deadline).wait()

    async def room(self, caller: Caller, messages: int, size: int) -> None:
        """Wait until that many messages and bytes fit, after who holds less, and claim them for the next submit.

        For callers that are to be held back and not refused. Submit right after it, without awaiting in between.
        What could never fit passes once the engine is empty, for `submit` to refuse.

        Args:
            caller: Whose next `submit` it is for.
            messages: How many it will have.
            size: Bytes of UTF-8 of their texts, or more.
        """
        await self._room.wait(caller, messages, size)

    async def drain(self, grace: float) -> int:
        """Refuse what is new and finish what was admitted, for at most `grace` seconds.

        Returns how many messages were left then; they are answered with DrainingError.
        """
        self._draining = True
        self._health.set(healthy=False)
        self._room.open()
        try:
            async with asyncio.timeout(grace):
                while self._room.held.messages:
                    self._empty.clear()
                    await self._empty.wait()
        except TimeoutError:
            return self._give_up(_stopped())
        return 0

    async def close(self) -> None:
        """Stop: answer what is left with DrainingError, and wait for the replicas' threads. Idempotent."""
        if self._closed:
            return
        self._closed = self._draining = True
        self._health.set(healthy=False)
        self._room.open()
        self._give_up(_stopped())
        await self.branches.close()
        self._watchdog.disarm()

    def stats(self) -> EngineStats:
        """Return what it has done and holds. May be called on any thread, so also while the loop is stuck."""
        states = {slot.plan.name: slot.state.value for slot in self.branches.live.pool.slots}
        return self._counters.stats(self._room.taken, states, self.branches.busy_seconds())

    def _branch(self, model: Model) -> Branch:
        return Branch(model, self._delivery, self.limits, self._clock, self._note_change)

    def _schedule(self, job: Job, messages: Sequence[Message]) -> None:
        job.caller.jobs.add(job)
        self._delivery.expect(job)
        self.branches.compute(job, messages)
        if not job.done():
            self._watchdog.arm()

    def _refusal(self, caller: Caller) -> MessageError | None:
        """Return why nothing is taken at present, if so."""
        if self._draining:
            return DrainingError("the engine is stopping and takes nothing new; send it again elsewhere")
        if caller.closed:
            return CancelledMessageError("its caller was closed before it came")
        if self.branches.live.pool.hopeless:
            return NoReplicaError("no replica is left that could compute it; send it again elsewhere")
        return None

    def _cancel(self, job: Job) -> None:
        entries = [entry for entry in job.entries if not entry.answered()]
        number = self._delivery.failed(entries, CancelledMessageError("its caller went away"), tell=False)
        for branch in self.branches:
            branch.queue.discard_cancelled(job.caller, number, bulk=job.options.bulk)

    def _close_caller(self, caller: Caller) -> None:
        for job in list(caller.jobs):
            self._cancel(job)
        self._room.release_claim(caller)

    def _give_up(self, error: MessageError) -> int:
        """Answer everything that has no tag yet; returns how many that were."""
        for branch in self.branches:
            branch.queue.clear()
        return self._delivery.failed(self._delivery.unanswered(), error)

    def _note_change(self) -> None:
        self._health.set(healthy=self.branches.live.pool.serving > 0 and not self._draining)
        if self.branches.live.pool.hopeless:
            self._give_up(NoReplicaError("no replica is left that could compute it; send it again elsewhere"))
        elif not self._closed:
            self.branches.rescue()

    def _check(self) -> float | None:
        """Of the watchdog: look again when a replica could be overdue, or one that begins a batch now would be."""
        delays, limit = [branch.pool.check() for branch in self.branches], self.limits.compute_seconds
        due = [delay for delay in delays if delay is not None]
        if due:
            return min(*due, limit)
        return limit if self._room.held.messages else None

    def _retry_after(self) -> float:
        return self._counters.retry_after(self._room.held.messages, self.branches.live.pool.serving)


def _fit(limits: EngineLimits, model: Model) -> EngineLimits:
    """Fill in what the model decides."""
    most = model.encoder.max_tokens
    if limits.max_tokens not in {0, most}:
        raise ValueError(
            f"EngineLimits.max_tokens is {limits.max_tokens}, but the checkpoint's tokenizer cuts at {most}; leave it 0"
        )
    return replace(limits, max_tokens=most)


def _stopped() -> DrainingError:
    return DrainingError("the engine stopped before its turn came; send it again elsewhere")
