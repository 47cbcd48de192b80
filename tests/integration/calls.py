"""What tests do with calls and their statuses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.message import Message as Details
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode, aio

from emotag.v1.emotion_service_pb2 import StreamClassifyRequest, StreamClassifyResponse
from emotag.v1.message_pb2 import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pytest

    from emotag.v1.emotion_service_pb2 import ClassifyOptions
    from emotag.v1.tag_pb2 import Tag

D = TypeVar("D", bound=Details)


def messages(*texts: str, ids: str = "m") -> list[Message]:
    """Messages with numbered ids."""
    return [Message(id=f"{ids}{number}", text=text) for number, text in enumerate(texts)]


def frame(*texts: str, ids: str = "m", options: ClassifyOptions | None = None) -> StreamClassifyRequest:
    """A frame of messages with numbered ids."""
    return StreamClassifyRequest(messages=messages(*texts, ids=ids), options=options)


def rich_status(error: aio.AioRpcError) -> Status:
    """The google.rpc.Status of a call that failed."""
    metadata = error.trailing_metadata()
    assert metadata is not None
    status = Status.FromString(dict(metadata)["grpc-status-details-bin"])
    assert StatusCode[error.code().name].value[0] == status.code
    assert error.details() == status.message
    return status


def detail(status: Status, kind: type[D]) -> D:
    """The detail of one kind."""
    for packed in status.details:
        found = kind()
        if packed.Unpack(found):
            return found
    raise AssertionError(f"no {kind.__name__} in {status}")


def reason(status: Status) -> str:
    """`ErrorInfo.reason`."""
    return detail(status, ErrorInfo).reason


def fields(status: Status) -> list[str]:
    """The fields at fault."""
    return [violation.field for violation in detail(status, BadRequest).field_violations]


async def read_tags(call: Any, count: int) -> list[Tag]:
    """Read frames until `count` tags are there."""
    tags: list[Tag] = []
    while len(tags) < count:
        reply = await call.read()
        assert reply is not aio.EOF, f"the stream ended after {len(tags)} of {count} tags"
        tags += reply.tags
    return tags


async def exchange(call: Any, frames: Iterable[StreamClassifyRequest]) -> list[StreamClassifyResponse]:
    """Send frames, close the sending side, and read everything."""

    async def send() -> None:
        for request in frames:
            await call.write(request)
        await call.done_writing()

    sending = asyncio.create_task(send())
    replies = [reply async for reply in call]
    await sending
    return replies


def tags_of(replies: Iterable[StreamClassifyResponse]) -> list[Tag]:
    """All tags of a stream."""
    return [tag for reply in replies for tag in reply.tags]


def count_by_turn(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> list[int]:
    """How often a function of a module is called in each turn of the event loop in which it is: a list that grows."""
    function, counts = getattr(module, name), [0]

    def counted(*args: Any, **kwargs: Any) -> Any:
        if not counts[-1]:
            # It runs when others do: before whoever gives up its turn now has another one.
            asyncio.get_running_loop().call_soon(counts.append, 0)
        counts[-1] += 1
        return function(*args, **kwargs)

    monkeypatch.setattr(module, name, counted)
    return counts


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition of another task or thread, which has nothing to await."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - native code changes it, without an event
            await asyncio.sleep(0.005)
