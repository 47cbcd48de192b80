"""`/v1/stream`: messages in and tags out, a JSON object a line, while both flow."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import aclosing
from functools import partial
from traceback import clear_frames
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request

from emotag.v1.emotion_service_pb2 import Priority
from emotag_service.contract.decode import Intake
from emotag_service.contract.limits import RepeatWindow
from emotag_service.contract.status import refusal, status_of
from emotag_service.engine.options import Options
from emotag_service.http.classify import read_message, tag_documents
from emotag_service.http.errors import connect

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from starlette.types import Receive, Scope, Send

    from emotag_service.contract.decode import RefusedTags
    from emotag_service.engine.caller import Job
    from emotag_service.http.desk import Desk, Visit

_AT_ONCE = 64  # lines that are translated before others have a turn on the event loop
_STOPPING = refusal("UNAVAILABLE", "DRAINING", "the server is stopping: send again elsewhere what has no answer")


class LineStream:
    """Answers the lines of one request. The task that runs it writes; a second one reads."""

    def __init__(self, desk: Desk, visit: Visit, options: Options) -> None:
        self._desk = desk
        self._visit = visit
        self._options = options
        self._named = desk.engine.model.identity
        self._caller = desk.callers.of_stream(visit.account, visit.peer)
        self._window = RepeatWindow()
        self._jobs: deque[tuple[RefusedTags, Job]] = deque()
        self._in_flight = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()

    async def lines(self, begin: Callable[[], Awaitable[None]]) -> AsyncGenerator[bytes]:
        """Yield a line for each that was sent, in their order; the last says why, when the stream is ended.

        Args:
            begin: Sends the head of the reply.
        """
        reader = asyncio.create_task(self._read(), name="line reader")
        stop = asyncio.create_task(self._desk.stopping.wait(), name="line stop")
        stop.add_done_callback(lambda _: reader.cancel())
        gone = asyncio.create_task(self._visit.gone.wait(), name="line gone")
        gone.add_done_callback(lambda _: self._leave(reader))
        reader.add_done_callback(self._note_end)
        try:
            # The reader asks for the body now: who waits for 100 Continue is sent it by that, and not after a head.
            await asyncio.sleep(0)
            await begin()
            while not gone.done() and (self._jobs or not reader.done()):
                if self._jobs:
                    yield await self._answer(*self._jobs.popleft())
                    continue
                self._changed.clear()
                if not reader.done():
                    await self._changed.wait()
            if gone.done():
                return
            problem = _STOPPING if reader.cancelled() else reader.exception()
            if isinstance(problem, Exception) and not isinstance(problem, ClientDisconnect):
                yield b'{"error":' + bytes(connect(status_of(problem)).body) + b"}\n"
        finally:
            for task in (stop, gone, reader):
                task.cancel()
            self._caller.close()
            await asyncio.gather(stop, gone, reader, return_exceptions=True)

    def _leave(self, reader: asyncio.Task[None]) -> None:
        """Take nothing more of whoever went away, who may be held back, and is not read, for long."""
        self._caller.close()
        reader.cancel()

    def _note_end(self, reader: asyncio.Task[None]) -> None:
        error = None if reader.cancelled() else reader.exception()
        if isinstance(error, ClientDisconnect):
            self._caller.close()  # nobody reads what is left
        if error is not None:
            # It waits until what is in flight is read, and would keep the lines that it complains of so long.
            clear_frames(error.__traceback__)
        self._changed.set()

    async def _answer(self, refused: RefusedTags, job: Job) -> bytes:
        tags = [tag for tag in refused.merge(list(await job.wait())) if tag is not None]
        self._in_flight -= len(tags)
        self._room.set()
        return b"".join(
            [
                json.dumps(one, separators=(",", ":")).encode() + b"\n"
                async for documents in tag_documents(tags, self._named)
                for one in documents
            ]
        )

    async def _read(self) -> None:
        limit = self._desk.settings.body_bytes
        rest = bytearray()  # of a line that came in parts, which may be a byte each
        async for part in _parts(self._visit.request.receive):
            *lines, end = part.split(b"\n")
            if lines:
                lines[0], rest = bytes(rest + lines[0]), bytearray()
            rest += end
            if max(map(len, (rest, *lines[:1]))) > limit:
                raise refusal("RESOURCE_EXHAUSTED", "BODY_TOO_LARGE", f"a line has more than {limit:,} bytes")
            await self._take(lines)
            del part, lines  # else they stay, with their texts, until the caller says something more
        await self._take([bytes(rest)] if rest else [])

    async def _take(self, lines: list[bytes]) -> None:
        for begin in range(0, len(lines), _AT_ONCE):
            await self._accept(lines[begin : begin + _AT_ONCE])
            await asyncio.sleep(0)

    async def _accept(self, lines: list[bytes]) -> None:
        """Take a frame: what lines there are at once, and empty ones, which count for their bytes alone."""
        if self._visit.peer.token is not None:
            self._visit.peer.token.check()
        frame = [line for line in lines if line.strip()]
        await self._charge(len(frame), sum(map(len, lines)) + len(lines))
        if not frame:
            return
        await self._hold_back(len(frame), sum(map(len, frame)))
        intake = _intake(frame, self._window)
        job = self._desk.engine.submit(intake.messages, self._options, caller=self._caller)
        self._in_flight += len(frame)
        self._jobs.append((intake.refused, job))
        self._changed.set()

    async def _charge(self, messages: int, size: int) -> None:
        """Wait, and thereby read nothing, until the caller's quota lets a frame pass, which is then put on it."""
        while (delay := self._visit.account.delay()) > 0:  # noqa: ASYNC110 - time alone changes it
            await asyncio.sleep(delay)
        self._visit.account.spend(messages, size)

    async def _hold_back(self, messages: int, size: int) -> None:
        """Wait, and thereby read nothing, until the stream and the engine have room."""
        while self._in_flight + messages > self._desk.limits.stream_messages:
            self._room.clear()
            await self._room.wait()
        await self._desk.engine.room(self._caller, messages, size)


class StreamRoute:
    """The route, as an ASGI application: Starlette's streaming response would read the request, too."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            self._desk.check_origin(request)
            with self._desk.visit(request) as visit, visit.account.stream(), self._desk.stream():
                options = self._desk.engine.check_options(_options(request, self._desk.settings.taxonomy))
                await self._serve(LineStream(self._desk, visit, options), send)
        except Exception as error:  # noqa: BLE001 - the boundary; what is raised once lines flow is said in the last one
            await connect(status_of(error))(scope, receive, send)

    async def _serve(self, stream: LineStream, send: Send) -> None:
        headers = [(b"content-type", b"application/x-ndjson")]
        head = {"type": "http.response.start", "status": 200, "headers": headers}
        async with aclosing(stream.lines(partial(send, head))) as answers:
            async for lines in answers:
                await send({"type": "http.response.body", "body": lines, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    """Yield the body of a request as it comes, and keep nothing of it; Starlette keeps each part until the next one.

    Raises:
        ClientDisconnect: Whoever sends it went away.
    """
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        more = message.get("more_body", False)
        yield message.pop("body", b"")


def _options(request: Request, taxonomy: str) -> Options:
    """Options as the query has them, by the names of ClassifyOptions."""
    query = dict(request.query_params)
    known = {"taxonomy": query.pop("taxonomy", "") or taxonomy}
    for name in ("all_scores", "explain"):
        known[name] = query.pop(name, "false")
        if known[name] not in {"true", "false"}:
            raise refusal("INVALID_ARGUMENT", "INVALID_OPTIONS", f"{name}: must be true or false")
    top_k = query.pop("top_k", "0")
    if not (top_k.isascii() and top_k.isdecimal() and len(top_k) < 6):
        raise refusal("INVALID_ARGUMENT", "INVALID_OPTIONS", "top_k: must be a whole number from 0, which means all")
    bulk = _is_bulk(query.pop("priority", "PRIORITY_UNSPECIFIED"))
    if query:
        options = "taxonomy, all_scores, top_k, explain and priority"
        raise refusal("INVALID_ARGUMENT", "INVALID_OPTIONS", f"only {options} are known")
    return Options(known["taxonomy"], known["all_scores"] == "true", int(top_k), known["explain"] == "true", bulk)


def _is_bulk(priority: str) -> bool:
    names = list(Priority.DESCRIPTOR.values_by_name)
    if priority not in names:
        raise refusal("INVALID_ARGUMENT", "INVALID_OPTIONS", f"priority: must be one of {', '.join(names)}")
    return priority == "PRIORITY_BULK"


def _intake(lines: list[bytes], window: RepeatWindow) -> Intake:
    """The messages of lines; what is none is answered by an error in its place, like any message."""
    wire, problems = [], {}
    for index, line in enumerate(lines):
        message, problem = read_message(_document(line), "line")
        if problem is not None:
            problems[index] = problem
        wire.append(message)
    return Intake(wire, problems, window)


def _document(line: bytes) -> Any:
    """What a line says; None, which is no message either, where it is not JSON."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
