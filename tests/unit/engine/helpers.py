"""Parts for the engine's tests: entries without an admission, and a wait on a condition."""

from __future__ import annotations

import asyncio
import threading
from math import inf
from typing import TYPE_CHECKING

from emotag_service.engine.caller import Caller, Entry, Job
from emotag_service.engine.model import Model
from emotag_service.engine.options import Options
from emotag_service.engine.tag import Tag
from emotag_service.testing import WordTokenizer, plain_taxonomies
from emotag_service.testing.in_memory import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_model.labels import Taxonomy

OPTIONS = Options(taxonomy="fine")


def make_caller(name: str = "") -> Caller:
    return Caller(name, lambda caller: None)


def make_model(*taxonomies: Taxonomy) -> Model:
    return Model(IDENTITY, taxonomies or plain_taxonomies(), WordTokenizer(), ())


def make_job(caller: Caller, lengths: Sequence[int], *, deadline: float = inf, options: Options = OPTIONS) -> Job:
    """A job with one entry per length of text."""
    job = Job(len(lengths), options, caller, lambda job: None)
    job.entries = [make_entry(job, index, length, deadline=deadline) for index, length in enumerate(lengths)]
    return job


def make_entry(job: Job, index: int, length: int, *, deadline: float = inf, admitted: float = 0.0) -> Entry:
    return Entry(
        job=job,
        index=index,
        message_id=f"{job.caller.name}/{index}",
        text="w" * length,
        size=length,
        cost=length,
        patient=False,
        admitted=admitted,
        deadline=deadline,
    )


def make_entries(
    lengths: Sequence[int], *, name: str = "", deadline: float = inf, options: Options = OPTIONS
) -> list[Entry]:
    return make_job(make_caller(name), lengths, deadline=deadline, options=options).entries


def answer(entry: Entry) -> None:
    """Answer it as a cancellation does."""
    assert entry.job.answer(entry.index, Tag(entry.message_id))


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Give the loop to others until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110, any condition: few have an event to await
            await asyncio.sleep(0.001)


def replica_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("emotag-")]
