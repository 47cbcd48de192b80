"""Drives a session on an event loop: one task reads the caller's iterable, one sends, one receives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, TypeAlias

import grpc

from emotag.calls import closed
from emotag.errors import UnavailableError
from emotag.status import interruption
from emotag.v1 import emotion_service_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterable
    from contextlib import AbstractAsyncContextManager

    from emotag.decoder import Decoder
    from emotag.entry import Entry, Intake, Item
    from emotag.errors import ClientClosedError, EmotionError
    from emotag.options import Options
    from emotag.session import Session
    from emotag.tag import Tag

    Call: TypeAlias = grpc.aio.StreamStreamCall[pb.StreamClassifyRequest, pb.StreamClassifyResponse]


class AsyncStream:
    """One stream of messages to tags."""

    def __init__(
        self,
        options: Options,
        session: Session,
        intake: Intake,
        decoder: Callable[[], Decoder],
        connect: Callable[[], AbstractAsyncContextManager[Call]],
    ) -> None:
        """`decoder` makes one for each connection; `connect` opens a call, and is left when that is over."""
        self._first = pb.StreamClassifyRequest(options=options.wire())
        self._session = session
        self._intake = intake
        self._decoder = decoder
        self._connect = connect
        self._failure: BaseException | None = None
        self._stopped = False
        self._room = asyncio.Event()  # for the reader of the caller's iterable
        self._work = asyncio.Event()  # for the sender, and for opening a connection
        self._tags = asyncio.Event()  # for the caller

    async def run(self, items: Iterable[Item] | AsyncIterable[Item]) -> AsyncGenerator[Tag, None]:
        """Yield the tags. Closing the generator, or any exception, cancels the call and ends the tasks."""
        if self._failure is not None:  # the client was closed before
            raise self._failure
        works = (self._read(items), self._serve())
        tasks = [asyncio.create_task(self._guarded(work)) for work in works]
        try:
            while tags := await self._next_tags():
                for tag in tags:
                    yield tag
        finally:
            self._stopped = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def cancel(self, error: ClientClosedError) -> None:
        """End it now, whether or not a call is open. What is ready is handed out, and then this is raised."""
        self._failure = self._failure or error
        self._tags.set()

    async def _next_tags(self) -> list[Tag]:
        """Wait for tags; empty at the end. What is ready is handed out before a failure is raised.

        Once every message has its tag, no failure of the connection matters any more.

        The time is watched here, since a stream that waits for messages, or between connections, has no call to do it.
        """
        while not self._session.ready() and not self._session.finished and self._failure is None:
            try:
                async with asyncio.timeout(self._session.remaining()):
                    await _next(self._tags)
            except TimeoutError:
                raise self._session.expired() from None
        tags = self._session.take()
        self._room.set()
        if not tags and not self._session.finished and self._failure is not None:
            raise self._failure
        return tags

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        """Whatever a task raises, the caller's own iterable included, is raised where the tags are read."""
        try:
            await work
        except (Exception, asyncio.CancelledError) as failure:
            if self._stopped:
                raise
            self._failure = self._failure or failure
            self._tags.set()

    async def _read(self, items: Iterable[Item] | AsyncIterable[Item]) -> None:
        async for item in _iterate(items):
            entry = self._intake.entry(item)
            while not self._session.has_room():
                await _next(self._room)
            if self._failure is not None:
                return
            self._session.admit(entry)
            self._work.set()
            if entry.tag is not None:
                self._tags.set()
        self._session.end()
        self._work.set()
        self._tags.set()

    async def _serve(self) -> None:
        while True:
            while not self._session.wants_connection:
                await _next(self._work)
            await asyncio.sleep(self._session.closed(await self._converse()))

    async def _converse(self) -> EmotionError | None:
        """Open a connection, and settle what comes back until it is over."""
        self._session.open()
        try:
            async with self._connect() as call:
                await self._settle(call, self._decoder())
        except grpc.RpcError as failure:
            if lost_its_status(failure):
                return UnavailableError("the connection was lost")
            return interruption(failure)
        except asyncio.CancelledError:
            if cancelled():
                raise
            return closed()  # the channel was: that cancels its calls
        return None

    async def _settle(self, call: Call, decoder: Decoder) -> None:
        sender = asyncio.create_task(self._send(call, decoder))
        try:
            while (frame := await call.read()) is not grpc.aio.EOF:
                assert isinstance(frame, pb.StreamClassifyResponse)  # noqa: S101 - the type of EOF is not a literal
                self._session.receive(decoder.frame(frame), drain=frame.HasField("drain"))
                self._tags.set()
                self._work.set()
        finally:
            sender.cancel()
            call.cancel()  # does nothing to a call that is over
            await asyncio.gather(sender, return_exceptions=True)

    async def _send(self, call: Call, decoder: Decoder) -> None:
        try:
            await call.write(self._first)
            while entries := await self._next_frame(decoder):
                await call.write(pb.StreamClassifyRequest(messages=[entry.wire for entry in entries]))
            await call.done_writing()
        except (grpc.RpcError, asyncio.InvalidStateError):
            return  # the call is over; reading says why

    async def _next_frame(self, decoder: Decoder) -> list[Entry]:
        """Wait for entries to send; empty when nothing more will be sent on this connection."""
        while (limits := decoder.limits) is None:  # until the server has taken the options
            await _next(self._work)
        while not (entries := self._session.next_frame(limits)) and not self._session.done_sending:
            self._tags.set()
            await _next(self._work)
        if self._session.ready():  # making the frame has answered a message that is too large for the server
            self._tags.set()
        return entries


def lost_its_status(failure: grpc.RpcError) -> bool:
    """Whether gRPC put a status of its own over the server's.

    It does so when the server ends a call while a write is on its way (grpc/grpc#36066). Whether sending again can help
    is then unknown; the next connection, which writes no message before the server has taken the options, finds out.
    """
    return failure.code() is grpc.StatusCode.INTERNAL and failure.details() == "Internal error from Core"


def cancelled() -> bool:
    """Whether the running task is being cancelled, and not only a call that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _next(event: asyncio.Event) -> None:
    """Wait for the event to be set anew."""
    event.clear()
    await event.wait()


async def _iterate(items: Iterable[Item] | AsyncIterable[Item]) -> AsyncIterator[Item]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
        return
    for item in items:
        yield item
