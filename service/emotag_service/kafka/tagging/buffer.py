"""Records of one partition that were read: waiting to be tagged, with the engine, and back from it."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_service.kafka.records.rewriter import prepare_all

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from emotag_service.kafka.errors import UnreadableBatchError
    from emotag_service.kafka.records.record import Record
    from emotag_service.kafka.records.rewriter import Prepared, Rewriter
    from emotag_service.kafka.registry.schemas import Schemas
    from emotag_service.kafka.tagging.tag_engine import Session
    from emotag_service.kafka.tagging.tracing import BatchTrace, RecordTracing
    from emotag_service.messages.tag import MessageTag
    from emotag_service.messages.untaggable import Fault

_TAKEN_BYTES = 1024 * 1024


class Buffer:
    """First in, first out; counts what it handed out too, until that is let go.

    Attributes:
        records: Held: waiting, with the engine, or waiting to be written.
        size: Their bytes.
        end: What comes after the last of them, and cannot be read; None while more may come.
    """

    def __init__(self, roomier: Callable[[], None]) -> None:
        """Make an empty one; `roomier` is called whenever it holds less than before."""
        self.records = 0
        self.size = 0
        self.end: UnreadableBatchError | None = None
        self._waiting: deque[tuple[Record, int]] = deque()
        self._sizes: deque[int] = deque()  # of all that it holds, in order
        self._filled = asyncio.Event()
        self._roomier = roomier

    def put(self, records: Sequence[Record]) -> None:
        """Add records at the end."""
        sizes = [record.size for record in records]
        self._waiting.extend(zip(records, sizes, strict=True))
        self._sizes.extend(sizes)
        self.records += len(records)
        self.size += sum(sizes)
        self._filled.set()

    def end_with(self, error: UnreadableBatchError) -> None:
        """Have nothing come after what is there but this."""
        self.end = error
        self._filled.set()

    async def take(self, most: int) -> list[Record]:
        """Wait for records, and take what is there; nothing, once the end has come.

        `most` at most, and a megabyte and one record: whoever takes them reads them in one go.
        """
        while not self._waiting:
            if self.end is not None:
                return []
            self._filled.clear()
            await self._filled.wait()
        taken: list[Record] = []
        size = 0
        while self._waiting and len(taken) < most and size < _TAKEN_BYTES:
            record, bytes_ = self._waiting.popleft()
            taken.append(record)
            size += bytes_
        return taken

    def let_go(self, count: int) -> None:
        """Count out the first so many of what was taken: they are written."""
        self.records -= count
        self.size -= sum([self._sizes.popleft() for _ in range(count)])
        self._roomier()


@dataclass(slots=True)
class TagBatch:
    """Records of one partition that went to the engine together.

    Attributes:
        prepared: In order of offset.
        answers: Gives one answer per reading, in order; None when there was none to tag.
        trace: Of these records; None where nobody traces.
        end: Comes after them, and ends the lane; None where more may come.
    """

    prepared: list[Prepared]
    answers: Awaitable[Sequence[MessageTag | Fault]] | None
    trace: BatchTrace | None = None
    end: UnreadableBatchError | None = None

    async def answered(self) -> list[tuple[Prepared, MessageTag | Fault | None]]:
        """Wait for the answers, and return every record with its own, or None where the engine was not asked.

        Raises:
            UnreadableBatchError: It is the end.
        """
        if self.end is not None:
            raise self.end
        answered = self._paired(await self.answers if self.answers is not None else ())
        if self.trace is not None:
            self.trace.end(answered)
        return answered

    def _paired(self, answers: Sequence[MessageTag | Fault]) -> list[tuple[Prepared, MessageTag | Fault | None]]:
        if len(answers) == len(self.prepared):
            return list(zip(self.prepared, answers, strict=True))
        following = iter(answers)
        return [(prepared, None if prepared.reading is None else next(following)) for prepared in self.prepared]


async def tag_ahead(
    buffer: Buffer,
    rewriter: Rewriter,
    session: Session,
    batches: asyncio.Queue[TagBatch],
    most: int,
    tracing: RecordTracing | None = None,
    schemas: Schemas | None = None,
) -> None:
    """Hand records to the engine as they come, `most` at once, and put the batches into a queue, until cancelled.

    After what cannot be read, which is put there too, nothing more comes.
    The queue's size bounds how far this is ahead of whoever writes.
    """
    while True:
        records = await buffer.take(most)
        if not records:
            await batches.put(TagBatch([], None, end=buffer.end))
            await asyncio.get_running_loop().create_future()
        trace = None if tracing is None else tracing.begin(records)
        prepared = await prepare(records if trace is None else trace.records, rewriter, schemas)
        readings = [one.reading for one in prepared if one.reading is not None]
        answers = await session.submit(readings) if readings else None
        await batches.put(TagBatch(prepared, answers, trace))


async def prepare(records: Sequence[Record], rewriter: Rewriter, schemas: Schemas | None) -> list[Prepared]:
    """Read records; where there is a schema registry, once their schemas are there."""
    if schemas is not None:
        return await schemas.prepare(rewriter, records)
    return await prepare_all(rewriter, records)
