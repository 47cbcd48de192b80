"""The second half of a lane: writes records in order as their tags come.

Transactions stay open over many batches: one costs tens of milliseconds, whatever its size.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.errors import StopPolicyError, UnreadableBatchError
from emotag_service.kafka.records.record import Written
from emotag_service.kafka.tagging.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.kafka.records.record import Outgoing
    from emotag_service.kafka.records.rewriter import Prepared
    from emotag_service.kafka.tagging.buffer import Buffer, TagBatch
    from emotag_service.kafka.tagging.context import LaneContext
    from emotag_service.kafka.tagging.transaction import Refusals
    from emotag_service.kafka.tagging.writers import Writer
    from emotag_service.messages.tag import MessageTag
    from emotag_service.messages.untaggable import Fault

_Answered = list[tuple["Prepared", "MessageTag | Fault | None"]]


class Writing:
    """Writes and commits.

    Attributes:
        batches: What went to the engine and is to be written, in order, a bounded number ahead.
        stop: Set it to have the open transaction committed and `run` return.
    """

    def __init__(
        self,
        context: LaneContext,
        writer: Writer,
        buffer: Buffer,
        refusals: Refusals,
        committed: Callable[[Transaction], None],
    ) -> None:
        """Make it; `committed` is told of every transaction that was."""
        self.stop = asyncio.Event()
        self.batches: asyncio.Queue[TagBatch] = asyncio.Queue(context.settings.batches_ahead)
        self._context = context
        self._writer = writer
        self._buffer = buffer
        self._refusals = refusals
        self._committed = committed
        self._transaction: Transaction | None = None
        self._pending: asyncio.Task[_Answered] | None = None

    async def run(self) -> None:
        """Do it until `stop` is set or something fails; then the open transaction is aborted."""
        stop = asyncio.ensure_future(self.stop.wait())
        try:
            while not self.stop.is_set():
                await self._step(stop)
            await self._commit()
        finally:
            stop.cancel()
            if self._pending is not None:
                self._pending.cancel()
                await asyncio.gather(self._pending, return_exceptions=True)

    async def _step(self, stop: asyncio.Future[Any]) -> None:
        self._pending = self._pending or asyncio.ensure_future(self._answered())
        await asyncio.wait((self._pending, stop), timeout=self._seconds_left(), return_when=asyncio.FIRST_COMPLETED)
        if self._pending.done():
            pending, self._pending = self._pending, None
            try:
                answered = pending.result()
            except UnreadableBatchError:  # what comes before it is good and is committed
                await self._commit()
                raise
            while count := self._before_end(answered):
                await self._write(answered[:count])
                answered = answered[count:]
                if self._is_due():
                    await self._commit()
        if self._is_due():
            await self._commit()

    async def _answered(self) -> _Answered:
        return await (await self.batches.get()).answered()

    def _before_end(self, answered: _Answered) -> int:
        """How many of these may be in one transaction, as far as that ends for what was refused."""
        end = self._refusals.end
        before = 0 if end is None else bisect_left(answered, end, key=lambda one: one[0].record.offset)
        return before or len(answered)

    async def _write(self, answered: _Answered) -> None:
        if self._transaction is None:
            await self._writer.begin()
            self._transaction = Transaction(self._context.clock())
        written = []
        stopped: StopPolicyError | None = None
        for prepared, answer in answered:
            try:
                outgoing = self._outgoing(prepared, answer)
            except StopPolicyError as error:  # what comes before it is good and is committed
                stopped = error
                break
            written.append(Written(prepared.record.offset, outgoing))
            self._transaction.add(prepared, answer, outgoing)
        await self._writer.send(written, alone=self._refusals.suspects(written))
        if stopped is not None:
            await self._commit()
            raise stopped
        self._buffer.let_go(len(answered))

    def _outgoing(self, prepared: Prepared, answer: MessageTag | Fault | None) -> Outgoing:
        refusal = self._refusals.fault(prepared.record.offset)
        if refusal is not None:
            return self._context.rewriter.refuse(prepared, refusal)
        return self._context.rewriter.finish(prepared, answer)

    async def _commit(self) -> None:
        transaction, self._transaction = self._transaction, None
        if transaction is None:
            return
        if transaction.records:
            await self._writer.commit(transaction.next_offset)
            self._committed(transaction)
        else:
            await self._writer.abort()

    def _is_due(self) -> bool:
        if self._transaction is None:
            return False
        if self._refusals.end is not None and self._transaction.next_offset >= self._refusals.end:
            return True
        return self._transaction.records >= self._context.settings.transaction_records or self._seconds_left() == 0

    def _seconds_left(self) -> float | None:
        if self._transaction is None:
            return None
        return max(0.0, self._transaction.began + self._context.settings.transaction_seconds - self._context.clock())
