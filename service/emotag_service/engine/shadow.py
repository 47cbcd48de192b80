"""A shadow: a candidate that computes what the live model has answered, and tells only where they disagree."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from emotag_service.engine.branch import check_replaceable
from emotag_service.engine.comparison import Comparison
from emotag_service.engine.engine import Engine
from emotag_service.engine.errors import NoReplicaError
from emotag_service.engine.message import Message
from emotag_service.engine.options import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.engine.batch import Batch
    from emotag_service.engine.caller import Entry, Job
    from emotag_service.engine.model import Model
    from emotag_service.engine.tag import Tag

log = structlog.get_logger("emotag.engine")
BACKLOG_MESSAGES = 1_024
BACKLOG_BYTES = 4 * 1024 * 1024
AT_ONCE = 16  # messages: a millisecond or two of a core that a live message may have to wait for
MOST_FAILURES = 64  # messages in a row


@dataclass(frozen=True, slots=True)
class _Answered:
    """A message, and what the live model said of it."""

    text: str
    size: int
    taxonomy: str
    label: str
    score: float


class Shadow:
    """A candidate beside a live engine, on an engine and one replica of its own. Belongs to the live one's event loop.

    What the live model has answered, or a share of it, waits here until nothing waits for a live replica, and is then
    computed, a few messages at a time. What does not fit is dropped, and counted. Nothing here can fail the live
    engine: a candidate that fails again and again is let go. A live engine that changes its model is compared anew.

    Attributes:
        candidate: Identity of the model that computes beside.
        share: Of the answered messages that are computed, from 0 to 1.
        comparison: What was found so far.
        problem: Why nothing is compared any more; empty while it is.
    """

    def __init__(self, live: Engine, model: Model) -> None:
        """Make one; `start` warms it up, `begin` has it compare.

        Raises:
            ModelMismatchError: It has other labels or limits than the live one, so that it could never replace it.
        """
        check_replaceable(live.model, model)
        self.candidate = model.identity
        self.share = 1.0
        self.comparison = Comparison()
        self.problem = ""
        self._live = live
        self._of = live.model.identity
        plan = model.replicas[0]
        alone = replace(model, replicas=(replace(plan, name=f"shadow {plan.name}"),), instant=None)
        limits = replace(live.limits, batch_messages=AT_ONCE, rebuild_attempts=1, close_seconds=1.0)
        self._engine: Engine | None = Engine(alone, limits=limits, name="shadow")
        self._labels = {taxonomy.name: list(taxonomy.labels) for taxonomy in model.taxonomies}
        self._backlog: deque[_Answered] = deque()
        self._backlog_bytes = 0
        self._computing: Job | None = None
        self._failures = 0
        self._letting_go: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Build the replica and warm it up. Raises DeviceError when it does not run."""
        if self._engine is not None:
            await self._engine.start()

    def begin(self, share: float) -> None:
        """Compare from now on. Raises ValueError as `resize` does."""
        self.resize(share)
        self._live.observe(self)

    def resize(self, share: float) -> None:
        """Compare another share. Raises ValueError when it is not above 0 and at most 1."""
        if not 0 < share <= 1:
            raise ValueError(f"share: is {share:g}; give the share of messages, above 0 and at most 1")
        self.share = share

    async def close(self) -> None:
        """Compare no more, and give back what the candidate holds."""
        self._live.unobserve(self)
        self._forget()
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.close()
        if self._letting_go is not None:
            await self._letting_go

    def submitted(self, job: Job) -> None:
        """Of `Observer`: nothing to do."""

    def computed(self, batch: Batch, tags: Sequence[Tag]) -> None:
        """Of `Observer`: take what was answered, and compute of it what may be."""
        try:
            self._take(batch, tags)
            self._compute()
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not reach the live engine
            self._give_up(f"it failed ({type(error).__name__})")

    def _take(self, batch: Batch, tags: Sequence[Tag]) -> None:
        if self._live.model.identity is not self._of:
            self._of = self._live.model.identity
            self._forget()
            self.comparison = Comparison()
        if tags[0].model is not self._of:
            return
        for entry, tag in zip(batch.entries, tags, strict=True):
            if tag.error is None and random.random() < self.share:  # noqa: S311 - a sample, no secret
                self._keep(entry, tag)

    def _keep(self, entry: Entry, tag: Tag) -> None:
        if len(self._backlog) >= BACKLOG_MESSAGES or self._backlog_bytes + entry.size > BACKLOG_BYTES:
            self.comparison.dropped += 1
            return
        self._backlog_bytes += entry.size
        self._backlog.append(_Answered(entry.text, entry.size, entry.job.options.taxonomy, tag.label, tag.score))

    def _compute(self) -> None:
        """Compute a few messages of one taxonomy, unless some are computed or live ones wait."""
        if self._engine is None or self._computing is not None or not self._backlog or self._live.branches.waiting:
            return
        taxonomy, some = self._backlog[0].taxonomy, list[_Answered]()
        while self._backlog and len(some) < AT_ONCE and self._backlog[0].taxonomy == taxonomy:
            some.append(self._backlog.popleft())
            self._backlog_bytes -= some[-1].size
        job = self._engine.submit([Message(each.text) for each in some], Options(taxonomy, all_scores=True))
        self._computing = job
        comparison = self.comparison

        def note(job: Job, _positions: Sequence[int] = ()) -> None:
            if job.done():
                self._compare(some, job, comparison)

        job.on_tags = note
        note(job)

    def _compare(self, some: Sequence[_Answered], job: Job, comparison: Comparison) -> None:
        self._computing = None
        for live, tag in zip(some, job.tags, strict=True):
            if tag is None or tag.scores is None:
                comparison.failed += 1
                self._failures += 1
                continue
            self._failures = 0
            score = float(tag.scores[self._labels[live.taxonomy].index(live.label)])
            comparison.add(live.taxonomy, live.label, tag.label, score - live.score)
        if any(tag is not None and isinstance(tag.error, NoReplicaError) for tag in job.tags):
            self._give_up("its replica was given up")
        elif self._failures >= MOST_FAILURES:
            self._give_up(f"it failed on {self._failures} messages in a row")
        else:
            self._compute()

    def _give_up(self, problem: str) -> None:
        """Let the candidate go, and say so once."""
        if self._engine is None:
            return
        self.problem = f"{problem}, and compares no more; the live model is not concerned"
        log.error("shadow given up", candidate=self.candidate.digest, problem=problem)
        self._letting_go = asyncio.create_task(self._let_go(self._engine), name="let shadow go")
        self._engine = None

    async def _let_go(self, engine: Engine) -> None:
        self._live.unobserve(self)
        self._forget()
        await engine.close()

    def _forget(self) -> None:
        self._backlog.clear()
        self._backlog_bytes = 0
