"""A job: the messages of one submit, and where their tags arrive."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.engine.caller import Caller
    from emotag_service.engine.entry import Entry
    from emotag_service.engine.model import Model
    from emotag_service.engine.options import Options
    from emotag_service.engine.tag import Tag


class Job:
    """The messages of one submit. Belongs to the engine's event loop.

    Attributes:
        tags: By position in the request; None until answered.
        options: What they were submitted with, resolved.
        model: What is to tag them.
        caller: Who submitted them.
        entries: Those of its messages that were admitted.
        on_tags: Called on the loop with the positions that were just answered. Not called for what `submit` itself
            answered, nor for what `cancel` answers: whoever called those knows.
    """

    __slots__ = ("_canceller", "_pending", "_waiters", "caller", "entries", "model", "on_tags", "options", "tags")

    def __init__(
        self, count: int, options: Options, model: Model, caller: Caller, canceller: Callable[[Job], None]
    ) -> None:
        self.tags: list[Tag | None] = [None] * count
        self.options = options
        self.model = model
        self.caller = caller
        self.entries: list[Entry] = []
        self.on_tags: Callable[[Job, Sequence[int]], None] | None = None
        self._pending = count
        self._canceller = canceller
        self._waiters: list[asyncio.Future[None]] = []

    def done(self) -> bool:
        """Tell whether every message has its tag."""
        return self._pending == 0

    def cancel(self) -> None:
        """Answer what has no tag yet with CancelledMessageError; what was not computed will not be."""
        if self._pending:
            self._canceller(self)

    async def wait(self) -> list[Tag]:
        """Return all tags in request order. Cancelling the waiter cancels the job."""
        if self._pending:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                self.cancel()
                raise
        return cast("list[Tag]", self.tags)

    def answer(self, index: int, tag: Tag) -> bool:
        """Give a message its tag; the engine's side of the job. False when it already has one."""
        if self.tags[index] is not None:
            return False
        self.tags[index] = tag
        self._pending -= 1
        if not self._pending:
            self._finish()
        return True

    def _finish(self) -> None:
        self.entries = []
        self.caller.jobs.discard(self)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()
