"""The models that an engine has in service: the one that answers, and those that come, go, or answer a share."""

from __future__ import annotations

import asyncio
import gc
from collections import defaultdict
from typing import TYPE_CHECKING

import structlog

from emotag_service.engine.errors import EngineError
from emotag_service.engine.split import Split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from emotag_service.engine.branch import Branch
    from emotag_service.engine.caller import Job
    from emotag_service.engine.message import Message

log = structlog.get_logger("emotag.engine")


class Branches:
    """Every branch of an engine. Belongs to its event loop; `busy_seconds` may be called on any thread.

    Attributes:
        live: What answers.
        prepared: What is warmed up to take its place, or a share; None without one.
        split: What shares conversations between the live model and a candidate; None while one model answers all.
    """

    def __init__(self, live: Branch) -> None:
        self.live = live
        self.prepared: Branch | None = None
        self.split: Split | None = None
        self._retiring: dict[asyncio.Task[None], Branch] = {}
        self._busy_before: defaultdict[str, float] = defaultdict(float)

    def __iter__(self) -> Iterator[Branch]:
        """Those that have replicas, the live one first."""
        split = self.split  # may end meanwhile, where another thread asks
        others = [self.prepared, None if split is None else split.branch, *list(self._retiring.values())]
        return iter([self.live, *(branch for branch in others if branch is not None)])

    @property
    def waiting(self) -> bool:
        """Messages wait for a replica."""
        return any(branch.queue for branch in self)

    def compute(self, job: Job, messages: Sequence[Message]) -> None:
        """Have the admitted ones among the messages of a job computed by whichever model is to answer them."""
        split, live = self.split, self.live.model.identity
        if split is None or split.branch is None:
            if split is not None:
                split.count_live(live, len(job.entries))
            self.live.compute(job, job.entries)
            return
        sides = split.divide(messages, job.entries, live)
        for branch, entries in zip((self.live, split.branch), sides, strict=True):
            if entries:
                branch.compute(job, entries)

    def switch(self) -> None:
        """Put the prepared branch in the place of the live one. Raises EngineError when there is none."""
        if self.prepared is None:
            raise EngineError("no model is prepared")
        old, self.live, self.prepared = self.live, self.prepared, None
        self._retire(old)

    def start_split(self, share: float, salt: str = "") -> None:
        """Have a share of conversations answered by the prepared model from now on; see `Split`.

        Raises:
            EngineError: None is prepared, or there is a split.
            ValueError: The share is none, or the salt is too long.
        """
        if self.prepared is None:
            raise EngineError("no model is prepared")
        if self.split is not None:
            raise EngineError("there is a split; end it first")
        self.split, self.prepared = Split(self.prepared, share, salt), None

    def end_split(self) -> None:
        """Have everything answered by the live model from now on; what the candidate was to answer it answers."""
        split, self.split = self.split, None
        if split is not None and split.branch is not None:
            self._retire(split.branch)

    def rescue(self) -> None:
        """Have the live model answer what waits for a candidate that no replica computes any more, if so it is."""
        split = self.split
        if split is None or split.branch is None or not split.branch.pool.hopeless:
            return
        hopeless, split.branch = split.branch, None
        split.problem = "no replica of the candidate is left; the live model answers everything"
        log.error("split given up", candidate=split.candidate.digest, problem=split.problem)
        self.live.queue.retry(hopeless.abandoned())
        self._retire(hopeless)

    async def discard(self) -> None:
        """Let go of the prepared branch, if there is one."""
        branch, self.prepared = self.prepared, None
        if branch is not None:
            await branch.close()

    async def retired(self) -> None:
        """Wait until models that were replaced have answered what they had, and are gone."""
        await asyncio.gather(*self._retiring)

    async def close(self) -> None:
        """Stop all replicas, and wait for them for a bounded time."""
        await asyncio.gather(*(branch.close() for branch in self))
        for task in self._retiring:
            task.cancel()  # what they wait for was closed
        await asyncio.gather(*self._retiring, return_exceptions=True)

    def busy_seconds(self) -> dict[str, float]:
        """How long replicas have computed, by the names of the live ones; those that they replaced are included."""
        seconds = {slot.plan.name: self._busy_before.get(slot.plan.name, 0.0) for slot in self.live.pool.slots}
        for branch in self:
            for slot in branch.pool.slots:
                seconds[slot.plan.name] = seconds.get(slot.plan.name, 0.0) + slot.busy_seconds
        return seconds

    def _retire(self, branch: Branch) -> None:
        task = asyncio.create_task(self._see_off(branch), name="retire model")
        self._retiring[task] = branch
        task.add_done_callback(self._note_retired)

    async def _see_off(self, branch: Branch) -> None:
        """Let a branch answer what it has, have the live one answer what it could not, and give its memory back."""
        await branch.finish()
        self.live.queue.retry(branch.abandoned())
        await branch.close()

    def _note_retired(self, task: asyncio.Task[None]) -> None:
        for slot in self._retiring.pop(task).pool.slots:
            self._busy_before[slot.plan.name] += slot.busy_seconds
        asyncio.get_running_loop().call_soon(gc.collect)  # a branch refers to itself, and holds its model's memory
