"""The link between a supervisor and one of its workers: questions and answers in both directions, as lines of JSON."""

from __future__ import annotations

import asyncio
import json
from itertools import count
from typing import TYPE_CHECKING, Any

import structlog

from emotag_service.process.logs import stack

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

_log = structlog.get_logger(__name__)
_MOST_LINE_BYTES = 2**24  # all metrics of a worker are some tens of kilobytes


class AskError(Exception):
    """A question has no answer; the text says why."""


class WorkerLink:
    """One end. Both ends may ask at any time; answers come back in whatever order they are ready."""

    def __init__(self, answer: Callable[[str, dict[str, Any]], Awaitable[Any]]) -> None:
        """Make one; `answer` is given what the other end asks, and returns JSON's types or raises AskError."""
        self._answer = answer
        self._numbers = count()
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._writer: asyncio.StreamWriter | None = None

    async def open(self, end: socket.socket) -> asyncio.Task[None]:
        """Talk over one end of a pair of sockets; returns what is done once the other end is closed."""
        reader, self._writer = await asyncio.open_connection(sock=end, limit=_MOST_LINE_BYTES)
        return asyncio.create_task(self._talk(reader, self._writer))

    async def ask(self, what: str, *, within: float | None = None, **values: Any) -> Any:
        """Return the answer of the other end.

        Args:
            what: The question.
            within: Seconds to wait.
            values: What belongs to it, in JSON's types.

        Raises:
            AskError: The other end says why not, is gone, or has not answered in time.
        """
        if self._writer is None:
            raise AskError("is not there")
        number = next(self._numbers)
        self._asked[number] = answer = asyncio.get_running_loop().create_future()
        try:
            _send(self._writer, {"ask": number, "what": what, "values": values})
            async with asyncio.timeout(within):
                return await answer
        except TimeoutError:
            raise AskError(f"has not answered within {within:g} s") from None
        finally:
            self._asked.pop(number, None)

    def close(self) -> None:
        """End the talk; whoever waits for an answer is told."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(AskError("ended before it answered"))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self._take(json.loads(line), writer)
        except ConnectionError:
            pass  # the other process was killed
        except ValueError as error:  # killed within a line, or the line is longer than any should be
            _log.warning("link broken", error=type(error).__name__)
        finally:
            self.close()

    def _take(self, line: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if "ask" in line:
            task = asyncio.create_task(self._reply(line, writer))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
            return
        answer = self._asked.get(line["answer"])
        if answer is None or answer.done():
            return  # whoever asked has given up
        if "error" in line:
            answer.set_exception(AskError(line["error"]))
        else:
            answer.set_result(line["value"])

    async def _reply(self, line: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        """Answer whoever asked: by then the link may be to another process, whose questions have the same numbers."""
        reply = {"answer": line["ask"]}
        try:
            reply["value"] = await self._answer(line["what"], line["values"])
        except AskError as error:
            reply["error"] = str(error)
        except Exception as error:  # noqa: BLE001 - the boundary: whoever asked must not wait for ever
            _log.error("question failed", what=line["what"], error=type(error).__name__, stack=stack(error))
            reply["error"] = f"failed ({type(error).__name__}); the log says why"
        _send(writer, reply)


def _send(writer: asyncio.StreamWriter, line: dict[str, Any]) -> None:
    if not writer.is_closing():
        writer.write(json.dumps(line).encode() + b"\n")
