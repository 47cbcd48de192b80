"""Processes that tag parts: spawned, each with a model of its own, and replaced once when one dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from emotag.bulk.run_folder import write_json
from emotag.bulk.whole import whole_file
from emotag.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from emotag.bulk.counts import Counts
    from emotag.bulk.lines import Lines
    from emotag.bulk.options import BulkOptions
    from emotag.bulk.tables import Tables

_AHEAD = 2  # parts for each worker that are read and not yet written


@dataclass(frozen=True, slots=True)
class Part:
    """What a worker is sent.

    Attributes:
        form: The form of the input: how the part is tagged.
        payload: Its rows, as the form cuts them.
        path: Where it is written to.
    """

    form: Lines | Tables
    payload: Any
    path: Path


class Workers:
    """N processes; none outlives this one, however it ends."""

    def __init__(self, count: int, options: BulkOptions) -> None:
        self._count = count
        self._options = options
        self._pool = self._new_pool()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Parts that a worker has begun are ended; others are left for the next run."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def tag(self, parts: Iterable[Part]) -> Iterator[Counts]:
        """Tag and write parts; yields the counts of each once it is on the disk.

        Raises:
            InternalError: A worker died over the same parts twice.
            OSError: A part can not be written.
        """
        waiting: dict[Future[Counts], Part] = {}
        for part in parts:
            waiting[self._submit(part)] = part
            if len(waiting) >= self._count * _AHEAD:
                yield from self._some(waiting)
        while waiting:
            yield from self._some(waiting)

    def _some(self, waiting: dict[Future[Counts], Part]) -> list[Counts]:
        """Wait until at least one part is done, and take it out of those that wait."""
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        made = []
        for future in done:
            try:
                made.append(future.result())
            except BrokenProcessPool:
                return made + self._again(waiting)
            del waiting[future]
        return made

    def _again(self, waiting: dict[Future[Counts], Part]) -> list[Counts]:
        """Have what waited while a worker died done by new ones, one part after the other so that one is to blame."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        parts = list(waiting.values())
        waiting.clear()
        self._pool = self._new_pool()
        made = []
        for part in parts:
            try:
                made.append(self._submit(part).result())
            except BrokenProcessPool:
                raise InternalError(
                    f"a worker died twice over {part.path.name} of {part.form.path}; is there memory enough? "
                    f"See the system's log, and try fewer --workers"
                ) from None
        return made

    def _submit(self, part: Part) -> Future[Counts]:
        # Workers are spawned in here, and inherit that Ctrl-C is not for them: whoever holds them ends them in order.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            return self._pool.submit(tag_part, part, self._options)
        except BrokenProcessPool as error:  # a worker died since: this part waits with the others
            broken: Future[Counts] = Future()
            broken.set_exception(error)
            return broken
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._count, mp_context=context, initializer=_follow_parent)


def tag_part(part: Part, options: BulkOptions) -> Counts:
    """Tag a part and write it, and then its counts, with which it is done."""
    with whole_file(part.path, part.path.parent) as file:
        counts = part.form.tag(part.payload, options, file)
    write_json(part.path.with_suffix(".json"), counts.as_dict(), part.path.parent)
    return counts


def _follow_parent() -> None:
    """End this process when the one that spawned it is killed: a pool's queue does not tell."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()
