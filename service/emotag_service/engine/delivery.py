"""Brings tags from the replicas' threads to the jobs, once per batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from emotag_service.engine.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emotag_service.engine.batch import Batch
    from emotag_service.engine.caller import Entry, Job
    from emotag_service.engine.counters import Counters
    from emotag_service.engine.errors import MessageError
    from emotag_service.engine.room import Room

log = structlog.get_logger("emotag.engine")


class Observer(Protocol):
    """Is told what the engine does with messages, on its event loop: the seam for tracing, and for a shadow."""

    def submitted(self, job: Job) -> None:
        """A job came, in the context of whoever submitted it; `job.trace` is the observer's to set."""

    def computed(self, batch: Batch, tags: Sequence[Tag]) -> None:
        """A batch was computed, and its messages have their tags."""


class Delivery:
    """Answers messages, exactly once each. Belongs to the engine's event loop.

    Attributes:
        observers: Are told of every computed batch.
    """

    def __init__(self, room: Room, counters: Counters) -> None:
        self.observers: list[Observer] = []
        self._room = room
        self._counters = counters
        self._open: set[Job] = set()

    def expect(self, job: Job) -> None:
        """Know a job that has admitted messages."""
        self._open.add(job)

    def unanswered(self) -> list[Entry]:
        """Return every admitted message that has no tag yet."""
        return [entry for job in self._open for entry in job.entries if not entry.answered()]

    def tagged(self, batch: Batch, tags: Sequence[Tag], tokens: int) -> None:
        """Answer a computed batch of so many tokens; a text that had none to read has an error for a tag."""
        self._counters.count_batch(batch, tokens, tags[0].compute_seconds)
        self._counters.count_answers(self._answer(zip(batch.entries, tags, strict=True)))
        for observer in self.observers:
            observer.computed(batch, tags)

    def failed(self, entries: Sequence[Entry], error: MessageError, *, tell: bool = True) -> int:
        """Answer messages that get no label; returns how many had no answer before.

        With `tell=False` the jobs' `on_tags` are not called.
        """
        answered = self._answer(((entry, Tag(entry.message_id, error=error)) for entry in entries), tell=tell)
        for _ in answered:
            self._counters.count_error(error)
        return len(answered)

    def _answer(self, answers: Iterable[tuple[Entry, Tag]], *, tell: bool = True) -> list[tuple[Entry, Tag]]:
        """Return those messages, with their tags, that had no answer before."""
        fresh: dict[Job, list[int]] = {}
        room, answered = self._room, []
        for answer in answers:
            entry, tag = answer
            job = entry.job
            if not job.answer(entry.index, tag):
                continue
            answered.append(answer)
            room.leave(1, entry.size, patient=entry.patient, share=job.caller.share)
            if job.done():
                self._open.discard(job)
                if not tell:
                    job.on_tags = None
            if job.on_tags is not None and tell:
                fresh.setdefault(job, []).append(entry.index)
        room.wake()
        for job, indices in fresh.items():
            _tell(job, indices)
        return answered


def _tell(job: Job, indices: Sequence[int]) -> None:
    if job.on_tags is None:
        return
    try:
        job.on_tags(job, indices)
    except Exception:
        # The other jobs of the batch are not to suffer for it.
        log.exception("on tags failed", caller=job.caller.name)
    if job.done():
        job.on_tags = None  # who is told often has the job: of a stream that is cancelled that circle would be left
