"""Nothing leaves a handler but a status with details."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode, aio
from structlog.testing import capture_logs

from emotag_service.contract.status import CallRefusedError, invalid_field
from emotag_service.contract.traffic import Traffic
from emotag_service.engine.errors import InvalidOptionsError, NoReplicaError
from emotag_service.grpc.boundary import GuardedServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SECRET = "what-the-agent-said"  # noqa: S105 - stands for the text of a message


class _Server:
    """Keeps the handlers that it is given."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}

    def add_generic_rpc_handlers(self, handlers: Any) -> None:
        pass

    def add_registered_method_handlers(self, _service: str, handlers: dict[str, Any]) -> None:
        self.handlers.update(handlers)


class _Context:
    """A call that keeps how it was aborted."""

    def __init__(self, *, over: bool = False) -> None:
        self.code: StatusCode | None = None
        self.status = Status()
        self._over = over

    def done(self) -> bool:
        return self._over

    def cancelled(self) -> bool:
        return False

    async def abort(self, code: StatusCode, details: str, metadata: tuple[tuple[str, bytes], ...]) -> None:
        self.code, self.status = code, Status.FromString(dict(metadata)["grpc-status-details-bin"])
        assert self.status.message == details
        raise aio.AbortError


def _guarded(behaviour: Any, make: Callable[..., Any] = grpc.unary_unary_rpc_method_handler) -> Any:
    server = _Server()
    handler = make(behaviour, request_deserializer=bytes.decode, response_serializer=str.encode)
    GuardedServer(server).add_registered_method_handlers("s", {"M": handler})  # type: ignore[arg-type]
    return server.handlers["M"]


async def _failure(error: BaseException, **context: Any) -> _Context:
    async def fail(_request: object, _context: object) -> None:
        raise error

    call = _Context(**context)
    with pytest.raises(aio.AbortError):
        await _guarded(fail).unary_unary("request", call)
    return call


def _reason(status: Status) -> str:
    info = ErrorInfo()
    assert status.details[0].Unpack(info)
    return info.reason


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (invalid_field("messages", "is empty", "NO_MESSAGES"), StatusCode.INVALID_ARGUMENT, "NO_MESSAGES"),
        (NoReplicaError("none is left"), StatusCode.UNAVAILABLE, "NO_REPLICA"),
        (InvalidOptionsError("taxonomy", "unknown"), StatusCode.INVALID_ARGUMENT, "INVALID_OPTIONS"),
    ],
)
async def test_known_errors_have_their_code(error: Exception, code: StatusCode, reason: str) -> None:
    with capture_logs() as logs:
        call = await _failure(error)
    assert (call.code, _reason(call.status)) == (code, reason)
    assert logs == []


async def test_options_are_named_by_their_path() -> None:
    call = await _failure(InvalidOptionsError("taxonomy", "unknown"))
    assert call.status.message == "options.taxonomy: unknown"


async def test_anything_else_is_internal_logged_and_not_quoted() -> None:
    with capture_logs() as logs:
        call = await _failure(RuntimeError(SECRET))
    assert (call.code, _reason(call.status)) == (StatusCode.INTERNAL, "INTERNAL")
    assert SECRET not in str(call.status)
    [event] = logs
    assert event["error"] == "RuntimeError"
    assert "test_boundary.py" in event["stack"]
    assert SECRET not in str(event)


async def test_cancelling_passes_through() -> None:
    async def hang(_request: object, _context: object) -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(_guarded(hang).unary_unary("request", _Context()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_call_that_is_over_needs_no_status() -> None:
    async def fail(_request: object, _context: object) -> None:
        raise RuntimeError(SECRET)

    call = _Context(over=True)
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await _guarded(fail).unary_unary("request", call)
    assert call.code is None
    assert logs == []


async def test_an_abort_of_the_handler_stands() -> None:
    call = await _failure(aio.AbortError())
    assert call.code is None


async def test_a_request_that_cannot_be_read_is_refused_before_the_handler() -> None:
    async def never(_request: object, _context: object) -> None:
        raise AssertionError("called")

    handler = _guarded(never)
    request = handler.request_deserializer(b"\xff")
    assert isinstance(request, CallRefusedError)
    call = _Context()
    with pytest.raises(aio.AbortError):
        await handler.unary_unary(request, call)
    assert (call.code, _reason(call.status)) == (StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST")


async def test_streams_of_coroutines_are_guarded() -> None:
    async def fail(_requests: object, _context: object) -> None:
        raise RuntimeError(SECRET)

    call = _Context()
    handler = _guarded(fail, grpc.stream_stream_rpc_method_handler)
    with capture_logs(), pytest.raises(aio.AbortError):
        await handler.stream_stream(None, call)
    assert call.code is StatusCode.INTERNAL


async def test_streams_of_generators_are_guarded() -> None:
    async def echo(requests: AsyncIterator[str], _context: object) -> AsyncIterator[str]:
        async for request in requests:
            yield request

    handler, call = _guarded(echo, grpc.stream_stream_rpc_method_handler), _Context()

    async def requests() -> AsyncIterator[Any]:
        for data in (b"a", b"b", b"\xff", b"c"):
            yield handler.request_deserializer(data)

    replies: list[str] = []

    async def collect() -> None:
        async for reply in handler.stream_stream(requests(), call):
            replies.append(reply)  # noqa: PERF401 - what came before the abort counts

    with pytest.raises(aio.AbortError):
        await collect()
    assert replies == ["a", "b"]
    assert call.code is StatusCode.INVALID_ARGUMENT


def test_faults_of_ours_are_counted_from_zero() -> None:
    """A series that only appears with its first event has no increase for it: an alert would miss the first fault."""
    calls = Traffic()
    handler = grpc.unary_unary_rpc_method_handler(lambda _request, _context: None)
    GuardedServer(_Server()).add_registered_method_handlers("s", {"M": handler}, calls)  # type: ignore[arg-type]
    assert calls.ended == {("M", "OK"): 0, ("M", "INTERNAL"): 0, ("M", "UNKNOWN"): 0}


async def test_a_reply_passes_unchanged() -> None:
    async def echo(request: str, _context: object) -> str:
        return request

    assert await _guarded(echo).unary_unary("hello", _Context()) == "hello"


async def test_one_reply_to_many_requests_is_guarded() -> None:
    async def join(requests: Any, _context: object) -> str:
        return "".join([request async for request in requests])

    async def requests(*given: object) -> AsyncIterator[object]:
        for one in given:
            yield one

    handler = _guarded(join, grpc.stream_unary_rpc_method_handler)
    assert await handler.stream_unary(requests("a", "b"), _Context()) == "ab"
    call = _Context()
    with pytest.raises(aio.AbortError):
        await handler.stream_unary(requests("a", handler.request_deserializer(b"\xff")), call)
    assert call.code is StatusCode.INVALID_ARGUMENT


async def test_replies_that_are_generated_for_one_request_are_guarded() -> None:
    async def spell(request: str, _context: object) -> AsyncIterator[str]:
        for letter in request:
            if letter == "!":
                raise RuntimeError(SECRET)
            yield letter

    handler = _guarded(spell, grpc.unary_stream_rpc_method_handler)
    assert [reply async for reply in handler.unary_stream("ab", _Context())] == ["a", "b"]
    for request, code in (
        ("a!", StatusCode.INTERNAL),
        (handler.request_deserializer(b"\xff"), StatusCode.INVALID_ARGUMENT),
    ):
        call = _Context()
        with capture_logs(), pytest.raises(aio.AbortError):
            async for _ in handler.unary_stream(request, call):
                pass
        assert call.code is code
