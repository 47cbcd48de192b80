"""A model in service: what waits for it, and the replicas that compute it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.engine.errors import ExpiredError, ModelMismatchError
from emotag_service.engine.instant import Instant
from emotag_service.engine.pool import Pool
from emotag_service.engine.queue import Queue

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.engine.batch import Batch
    from emotag_service.engine.caller import Entry, Job
    from emotag_service.engine.delivery import Delivery
    from emotag_service.engine.limits import EngineLimits
    from emotag_service.engine.model import Model

_LITTLE = 64  # messages of a share in the engine, those of the job included: a frame of them


class Branch:
    """One model with its queue and pool; an engine has one, and others while it changes its model or has a split.

    Belongs to the engine's event loop.

    Attributes:
        model: What computes.
        queue: What waits for it.
        pool: Its replicas.
    """

    def __init__(
        self,
        model: Model,
        delivery: Delivery,
        limits: EngineLimits,
        clock: Callable[[], float],
        on_change: Callable[[], None],
    ) -> None:
        """Make one; `on_change` is called when one of its replicas came into another state."""
        self.model = model
        self.queue = Queue(limits, clock, self._expire)
        self.pool = Pool(model, self.queue, delivery, limits, clock, on_change)
        self._delivery = delivery
        self._instant = Instant(model, model.instant, delivery, limits, clock) if model.instant else None

    def compute(self, job: Job, entries: list[Entry]) -> None:
        """Have admitted messages of a job computed: at once where they are few words, else by a replica.

        Few words come before what waits where their share has little here, so that who sends little does not wait for
        the batches of who sends much. Little, and not nothing: what once had to wait would make all wait that follows.
        """
        first = not self.queue or (job.caller.share.held <= _LITTLE and not job.options.bulk)
        quick = self._instant if first and self.pool.serving else None
        if quick is None or not quick.answers(job, entries):
            self.queue.put(job.caller, entries)

    def abandoned(self) -> list[Batch]:
        """Take away what waits: no replica is left that computes it."""
        batches = []
        while (batch := self.queue.take("", wait=False)) is not None:
            batches.append(batch)
        return batches

    async def close(self) -> None:
        """Stop its replicas, and wait for them for a bounded time."""
        if self._instant is not None:
            self._instant.close()
        await self.pool.close()

    async def finish(self) -> None:
        """Compute what waits, for as long as that takes; what is left then was given up on, or came back too late."""
        self.queue.close()
        for slot in self.pool.slots:
            await slot.ended.wait()

    def _expire(self, entries: list[Entry]) -> None:
        """Answer messages that a replica's thread found expired."""
        error = ExpiredError("time_to_live: it ran out before a replica was free; send less at once, or give it more")
        self.pool.post(self._delivery.failed, entries, error)


def check_replaceable(old: Model, new: Model) -> None:
    """Raise ModelMismatchError unless callers of `old` can be answered by `new` without noticing."""
    told = [(taxonomy.name, tuple(taxonomy.labels)) for taxonomy in old.taxonomies]
    if [(taxonomy.name, tuple(taxonomy.labels)) for taxonomy in new.taxonomies] != told:
        names = ", ".join(taxonomy.name for taxonomy in new.taxonomies)
        raise ModelMismatchError(
            f"its taxonomies ({names}) differ in names, labels or order from what callers were told; "
            "start another server with it"
        )
    reads, told_reads = new.encoder.max_tokens, old.encoder.max_tokens
    if reads != told_reads:
        raise ModelMismatchError(f"it reads {reads} tokens of a message, and callers were told {told_reads}")
