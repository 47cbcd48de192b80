"""Standard input and output as hosts of the Model Context Protocol speak over them: a JSON-RPC message a line."""

from __future__ import annotations

import asyncio
import io
import os
import select
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from anyio import EndOfStream, wrap_file
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

from emotag.tools_unanswered import Unanswered

if TYPE_CHECKING:
    import contextvars
    from types import TracebackType

    from _typeshed import WriteableBuffer
    from mcp.server.mcpserver import MCPServer
    from mcp.shared._stream_protocols import ReadStream, WriteStream


async def serve_pipe(server: MCPServer[Any]) -> None:
    """Serve tools until standard input has ended and all calls are answered.

    A cancellation ends it, too, once the reply at hand is written.
    """
    unanswered = Unanswered()
    with _Input() as given:
        serving = asyncio.ensure_future(_serve(server, given, unanswered))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            unanswered.give_up()
            given.end()
            await asyncio.gather(serving, return_exceptions=True)  # whoever would read the reply may be gone
            raise


async def _serve(server: MCPServer[Any], given: _Input, unanswered: Unanswered) -> None:
    lowlevel = server._lowlevel_server  # noqa: SLF001 - what `run_stdio_async` runs; nothing public takes other streams
    text = io.TextIOWrapper(io.BufferedReader(given), encoding="utf-8", errors="replace")
    async with stdio_server(wrap_file(text)) as (lines, replies):
        noted = _Replies(replies, unanswered)
        await lowlevel.run(_Readable(lines, noted, unanswered), noted, lowlevel.create_initialization_options())


class _Input(io.RawIOBase):
    """Standard input, which can be ended from here: the SDK waits for it in a thread that nothing else calls back.

    Until it is closed the process itself, and what it starts, reads nothing of it, as the SDK would have it.
    """

    def __init__(self) -> None:
        """Take it."""
        self._place = sys.stdin.fileno()
        self._source = os.dup(self._place)
        self._ended, self._end = os.pipe()
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), self._place)

    def end(self) -> None:
        """Have it end, also for who waits for more of it."""
        if not self.closed:
            os.write(self._end, b"\n")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Wait for some of it; 0 at its end."""
        ready, _, _ = select.select([self._source, self._ended], [], [])
        return 0 if self._ended in ready else os.readv(self._source, [buffer])

    def close(self) -> None:
        """Give it back."""
        if not self.closed:
            os.dup2(self._source, self._place)
            for descriptor in (self._source, self._ended, self._end):
                os.close(descriptor)
        super().close()


class _Stream:
    """A stream before one of the SDK's, which is closed with it."""

    def __init__(self, inner: ReadStream[SessionMessage | Exception] | WriteStream[SessionMessage]) -> None:
        self._inner = inner

    async def aclose(self) -> None:
        """Close it."""
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class _Replies(_Stream):
    """What is written, of which answers are noted."""

    def __init__(self, replies: WriteStream[SessionMessage], unanswered: Unanswered) -> None:
        super().__init__(replies)
        self._replies = replies
        self._unanswered = unanswered

    async def send(self, item: SessionMessage, /) -> None:
        """Write one."""
        await self._replies.send(item)
        self._unanswered.written(item.message)


class _Readable(_Stream):
    """The lines that are messages; the others are answered here, which the SDK's server leaves out.

    JSON-RPC 2.0 wants an answer to each, and a host that waits for one would wait forever. Blank lines are none. The
    end comes once all that was read is answered.
    """

    def __init__(
        self,
        lines: ReadStream[SessionMessage | Exception],
        replies: WriteStream[SessionMessage],
        unanswered: Unanswered,
    ) -> None:
        super().__init__(lines)
        self._lines = lines
        self._replies = replies
        self._unanswered = unanswered

    @property
    def last_context(self) -> contextvars.Context | None:
        """What the SDK runs the handler of the last message in."""
        return getattr(self._lines, "last_context", None)

    async def receive(self) -> SessionMessage | Exception:
        """Wait for the next message. Raises EndOfStream after the last."""
        while isinstance(line := await self._next(), Exception):
            error = _error(line)
            if error is not None:
                await self._replies.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=None, error=error)))
        self._unanswered.read(line.message)
        return line

    async def _next(self) -> SessionMessage | Exception:
        try:
            return await self._lines.receive()
        except EndOfStream:
            await self._unanswered.none()
            raise

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except EndOfStream:
            raise StopAsyncIteration from None


def _error(refused: Exception) -> ErrorData | None:
    """What a line is answered that the SDK refused; None when it is blank."""
    problems = refused.errors(include_url=False) if isinstance(refused, ValidationError) else []
    if not problems or problems[0]["type"] != "json_invalid":
        return ErrorData(code=INVALID_REQUEST, message="the line is no message of JSON-RPC 2.0")
    if not str(problems[0]["input"]).strip():
        return None
    return ErrorData(code=PARSE_ERROR, message=f"the line is not JSON: {problems[0]['ctx']['error']}")
