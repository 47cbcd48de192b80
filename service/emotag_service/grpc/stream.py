"""One bidirectional stream: one reader, one writer, and a bounded number of messages between them."""

from __future__ import annotations

import asyncio
from traceback import clear_frames
from typing import TYPE_CHECKING, Any

from google.protobuf.duration_pb2 import Duration
from grpc import aio

from emotag.v1.emotion_service_pb2 import (
    REPLY_ORDER_UNORDERED,
    ClassifyOptions,
    Drain,
    StreamClassifyRequest,
    StreamClassifyResponse,
)
from emotag_service.contract.decode import Intake, read_options
from emotag_service.contract.encode import add_tag, model_identity, model_of, stream_start
from emotag_service.contract.limits import RepeatWindow
from emotag_service.contract.status import CallRefusedError, invalid_field, make_status, too_many
from emotag_service.grpc.outbox import OrderedOutbox, UnorderedOutbox

if TYPE_CHECKING:
    from emotag_service.access.account import Account
    from emotag_service.access.callers import Peer
    from emotag_service.contract.limits import FrontLimits
    from emotag_service.engine.caller import Caller
    from emotag_service.engine.engine import Engine
    from emotag_service.engine.options import Options
    from emotag_service.grpc.outbox import Outbox
    from emotag_service.grpc.tracing import CallTracing
    from emotag_service.grpc.wire import Inbound

    Context = aio.ServicerContext[Any, Any]

_STOPPING = make_status("UNAVAILABLE", "DRAINING", "the server is stopping: send again elsewhere")


class Stream:
    """The server's side of one stream. The task that runs it writes; a second one reads."""

    def __init__(
        self,
        engine: Engine,
        limits: FrontLimits,
        context: Context,
        account: Account,
        caller: Caller,
        peer: Peer,
        tracing: CallTracing | None = None,
    ) -> None:
        self._engine = engine
        self._submit = engine.submit if tracing is None else tracing.frames(engine.submit, context)
        self._limits = limits
        self._context = context
        self._account = account
        self._caller = caller
        self._token = peer.token
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._outbox: Outbox = OrderedOutbox(self._wake.set)
        self._in_flight = 0
        self._reply_tags = limits.reply_tags
        self._notices = StreamClassifyResponse()
        self._named = engine.model.identity
        self._started = False
        self._ended = self._cut = False

    async def run(self) -> None:
        """Answer until the caller has sent all and has all its answers.

        Raises:
            CallRefusedError: The caller broke the contract, or the server stops; everything before it is answered.
            InvalidOptionsError: The first frame asks for what the engine does not have.
        """
        reader = asyncio.create_task(self._read(), name="stream reader")
        reader.add_done_callback(self._note_end)
        try:
            await self._write(reader)
        finally:
            reader.cancel()
            self._caller.close()
            await asyncio.gather(reader, return_exceptions=True)

    def drain(self, grace: float) -> None:
        """Tell the caller that the server stops within `grace` seconds."""
        duration = Duration()
        duration.FromMilliseconds(int(grace * 1000))
        self._notices.drain.CopyFrom(Drain(grace=duration))
        self._wake.set()

    def end(self) -> None:
        """End with UNAVAILABLE as soon as nothing is in flight."""
        self._ended = True
        self._wake.set()

    def cut(self) -> None:
        """End with UNAVAILABLE now, whatever is in flight."""
        self._cut = True
        self._wake.set()

    def _note_end(self, reader: asyncio.Task[None]) -> None:
        if not reader.cancelled() and (error := reader.exception()) is not None:
            # It waits until what is in flight is read, and would keep the frame that it complains of so long.
            clear_frames(error.__traceback__)
        self._wake.set()

    async def _read(self) -> None:
        options: Options | None = None
        window = RepeatWindow()
        while (frame := await self._context.read()) is not aio.EOF:
            if isinstance(frame, CallRefusedError):
                raise CallRefusedError(frame.status)  # that of the deserialiser refers to the bytes that it read
            if self._token is not None:
                self._token.check()
            if options is None:
                options = self._open(frame.request.options)
            elif frame.request.HasField("options"):
                raise invalid_field("options", "only the first frame may have options", "OPTIONS_NOT_FIRST")
            await self._accept(frame, options, window)
            del frame  # else it stays, with its texts, until the caller says something more

    def _open(self, wire: ClassifyOptions) -> Options:
        options: Options = self._engine.check_options(read_options(wire))
        if wire.reply_order == REPLY_ORDER_UNORDERED:
            self._outbox = UnorderedOutbox(self._wake.set)
        if options.explain:
            self._reply_tags = self._limits.explained_tags
        self._named = self._engine.model.identity
        self._notices.start.CopyFrom(stream_start(self._engine, self._limits, options.taxonomy))
        self._started = True
        self._wake.set()
        return options

    async def _accept(self, frame: Inbound[StreamClassifyRequest], options: Options, window: RepeatWindow) -> None:
        messages = frame.request.messages
        if len(messages) > self._limits.frame_messages:
            raise too_many(len(messages), self._limits.frame_messages)
        await self._charge(len(messages), frame.size)
        if not messages:
            return
        await self._hold_back(len(messages), frame.size)
        intake = Intake(messages, frame.problems, window)
        job = self._submit(intake.messages, options, caller=self._caller)
        self._in_flight += len(messages)  # after what may raise: the stream ends once all in flight is answered
        self._outbox.add(intake.refused, job)

    async def _charge(self, messages: int, size: int) -> None:
        """Wait, and thereby read nothing, until the caller's quota lets a frame pass, which is then put on it."""
        while (delay := self._account.delay()) > 0:  # noqa: ASYNC110 - time alone changes it
            await asyncio.sleep(delay)
        self._account.spend(messages, size)

    async def _hold_back(self, messages: int, size: int) -> None:
        """Wait, and thereby read nothing, until the stream and the engine have room."""
        while self._in_flight + messages > self._limits.stream_messages:
            self._room.clear()
            await self._room.wait()
        await self._engine.room(self._caller, messages, size)

    async def _write(self, reader: asyncio.Task[None]) -> None:
        while not self._cut:
            self._wake.clear()
            if await self._write_ready():
                continue
            if self._in_flight == 0 and reader.done():
                return reader.result()
            if self._in_flight == 0 and self._ended:
                break
            await self._wake.wait()
        raise CallRefusedError(_STOPPING)

    async def _write_ready(self) -> bool:
        """Write one frame of what is ready, if anything is."""
        tags = self._outbox.take(self._reply_tags)
        reply = self._notices
        # Nothing goes before `start`, not even a drain notice.
        if not tags and not (self._started and (reply.HasField("start") or reply.HasField("drain"))):
            return False
        self._notices = StreamClassifyResponse()
        made_by = model_of(tags, self._named)
        if made_by != self._named:
            self._named = made_by
            reply.model.CopyFrom(model_identity(made_by))
        for tag in tags:
            add_tag(reply.tags, tag, made_by)
        await self._context.write(reply)
        self._in_flight -= len(tags)
        self._room.set()
        return True
