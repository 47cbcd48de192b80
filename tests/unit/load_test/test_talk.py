"""A load's stream: what is unanswered when its time is up is late, and lost only where the stream ended without it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import grpc
import pytest

from emotag_service.load_test.step import summary
from emotag_service.load_test.table import wrong
from emotag_service.load_test.talk import Talk
from emotag_service.load_test.tally import Tally


class _Call:
    """A stream that takes everything and answers nothing, and ends once all is sent or never."""

    def __init__(self, *, ends: bool) -> None:
        self._ends = ends
        self._all_sent = asyncio.Event()

    async def write(self, _request: object) -> None:
        """Take it."""

    async def done_writing(self) -> None:
        self._all_sent.set()

    async def read(self) -> object:
        await self._all_sent.wait()
        if not self._ends:
            await asyncio.Event().wait()
        return grpc.aio.EOF

    def cancel(self) -> None:
        """Nothing is left of it."""


@pytest.mark.parametrize(("ends", "lost", "failures"), [(True, 3, {}), (False, 0, {"NO_ANSWER": 3})])
async def test_only_an_end_makes_messages_lost(ends: bool, lost: int, failures: dict[str, int]) -> None:
    tally = Tally([0.0, 0.0, 0.0], seconds=0.01)
    tally.begin()
    target = SimpleNamespace(stream=lambda: _Call(ends=ends), options=None)
    talk = Talk(target, tally, ["a", "b", "c"], range(3), patience=0.01, unsent=0.01)  # type: ignore[arg-type]
    await asyncio.wait_for(talk.run(), 30)
    found = summary(tally, "stream", None, within=5)
    assert (found.lost, found.held_back, found.failures) == (lost, 0, failures)
    assert (found.unanswered, found.correct) == (3 - lost, False)
    assert wrong(found) == ("3 lost" if ends else "3 not answered within --patience")
