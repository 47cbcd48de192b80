"""The first half of a lane: takes records as they come and hands them to the engine, ahead of what is written."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from emotag_service.kafka.engines.protocol import Session
    from emotag_service.kafka.loop.buffer import Buffer
    from emotag_service.kafka.records.rewriter import Prepared, Rewriter
    from emotag_service.messages.tag import MessageTag
    from emotag_service.messages.untaggable import Fault


@dataclass(slots=True)
class Batch:
    """Records of one partition that went to the engine together.

    Attributes:
        prepared: In order of offset.
        answers: Gives one answer per reading, in order; None when there was none to tag.
    """

    prepared: list[Prepared]
    answers: Awaitable[Sequence[MessageTag | Fault]] | None

    async def answered(self) -> list[tuple[Prepared, MessageTag | Fault | None]]:
        """Wait for the answers, and return every record with its own, or None where the engine was not asked."""
        answers = await self.answers if self.answers is not None else ()
        if len(answers) == len(self.prepared):
            return list(zip(self.prepared, answers, strict=True))
        following = iter(answers)
        return [(prepared, None if prepared.reading is None else next(following)) for prepared in self.prepared]


class Tagging:
    """Hands over batches, in order, a bounded number ahead of whoever takes them from `batches`."""

    def __init__(self, buffer: Buffer, rewriter: Rewriter, session: Session, *, batch_records: int, ahead: int) -> None:
        self.batches: asyncio.Queue[Batch] = asyncio.Queue(ahead)
        self._buffer = buffer
        self._rewriter = rewriter
        self._session = session
        self._batch_records = batch_records

    async def run(self) -> None:
        """Do it until cancelled."""
        while True:
            records = await self._buffer.take(self._batch_records)
            prepared = [self._rewriter.prepare(record) for record in records]
            readings = [one.reading for one in prepared if one.reading is not None]
            answers = await self._session.submit(readings) if readings else None
            await self.batches.put(Batch(prepared, answers))
