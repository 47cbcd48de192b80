"""Standard input and output as hosts of the Model Context Protocol speak over them: a JSON-RPC message a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from anyio import EndOfStream
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

if TYPE_CHECKING:
    import contextvars
    from types import TracebackType

    from mcp.server.mcpserver import MCPServer
    from mcp.shared._stream_protocols import ReadStream, WriteStream


async def serve_pipe(server: MCPServer[Any]) -> None:
    """Serve tools until standard input ends."""
    lowlevel = server._lowlevel_server  # noqa: SLF001 - what `run_stdio_async` runs; nothing public takes other streams
    async with stdio_server() as (lines, replies):
        await lowlevel.run(_Readable(lines, replies), replies, lowlevel.create_initialization_options())


class _Readable:
    """The lines that are messages; the others are answered here, which the SDK's server leaves out.

    JSON-RPC 2.0 wants an answer to each, and a host that waits for one would wait forever. Blank lines are none.
    """

    def __init__(self, lines: ReadStream[SessionMessage | Exception], replies: WriteStream[SessionMessage]) -> None:
        self._lines = lines
        self._replies = replies

    @property
    def last_context(self) -> contextvars.Context | None:
        """What the SDK runs the handler of the last message in."""
        return getattr(self._lines, "last_context", None)

    async def receive(self) -> SessionMessage | Exception:
        """Wait for the next message. Raises EndOfStream after the last."""
        while isinstance(line := await self._lines.receive(), Exception):
            error = _error(line)
            if error is not None:
                await self._replies.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=None, error=error)))
        return line

    async def aclose(self) -> None:
        """Read no more."""
        await self._lines.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _error(refused: Exception) -> ErrorData | None:
    """What a line is answered that the SDK refused; None when it is blank."""
    problems = refused.errors(include_url=False) if isinstance(refused, ValidationError) else []
    if not problems or problems[0]["type"] != "json_invalid":
        return ErrorData(code=INVALID_REQUEST, message="the line is no message of JSON-RPC 2.0")
    if not str(problems[0]["input"]).strip():
        return None
    return ErrorData(code=PARSE_ERROR, message=f"the line is not JSON: {problems[0]['ctx']['error']}")
