"""The one boundary between handlers and the wire: every error leaves as a status with details, never as UNKNOWN."""

from __future__ import annotations

import asyncio
import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

import grpc
from grpc import aio

from emotag_service.contract.status import CallRefusedError, status_of
from emotag_service.grpc.calls import FAULTS, OK, count_call
from emotag_service.grpc.wire import unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from emotag_service.contract.traffic import Traffic

    Count = Callable[[Any], AbstractContextManager[None]]

_DETAILS = "grpc-status-details-bin"


class GuardedServer:
    """Stands before a server while services are added to it, and guards every handler that passes."""

    def __init__(self, server: aio.Server) -> None:
        self._server = server

    def add_generic_rpc_handlers(self, handlers: Iterable[grpc.GenericRpcHandler]) -> None:
        """Take no notice: what generated code puts here is the unguarded twin of the registered handlers."""

    def add_registered_method_handlers(
        self,
        service_name: str,
        method_handlers: Mapping[str, grpc.RpcMethodHandler[Any, Any]],
        calls: Traffic | None = None,
    ) -> None:
        """Add a service's handlers, guarded, and counted where `calls` are given."""
        guarded = {}
        for name, handler in method_handlers.items():
            if calls is not None:
                timed = not (handler.request_streaming or handler.response_streaming)
                calls.expect(name, OK, *FAULTS, timed=timed)
            guarded[name] = _guard(handler, None if calls is None else partial(count_call, calls, name))
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service_name, guarded),))
        self._server.add_registered_method_handlers(service_name, guarded)


def _guard(handler: Any, count: Count | None = None) -> grpc.RpcMethodHandler[Any, Any]:
    codecs = {
        "request_deserializer": _tolerant(handler.request_deserializer),
        "response_serializer": handler.response_serializer,
    }
    if handler.stream_stream is not None:
        behaviour = handler.stream_stream
        replies = inspect.isasyncgenfunction(behaviour)
        guarded = _guarded_replies(behaviour) if replies else _counted(_guarded_stream(behaviour), count)
        return grpc.stream_stream_rpc_method_handler(guarded, **codecs)
    if handler.unary_stream is not None:
        behaviour = handler.unary_stream
        replies = inspect.isasyncgenfunction(behaviour)
        guarded = _guarded_reply_stream(behaviour) if replies else _guarded_call(behaviour)
        return grpc.unary_stream_rpc_method_handler(guarded, **codecs)
    if handler.stream_unary is not None:
        return grpc.stream_unary_rpc_method_handler(_guarded_requests(handler.stream_unary), **codecs)
    return grpc.unary_unary_rpc_method_handler(_counted(_guarded_call(handler.unary_unary), count), **codecs)


def _tolerant(deserialize: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Turn what cannot be read into a refusal that the handler's guard raises."""

    def read(data: bytes) -> Any:
        try:
            return deserialize(data)
        except Exception:  # noqa: BLE001 - whatever the parser raises, the bytes are at fault
            return unreadable("request of this method")

    return read


def _guarded_call(behaviour: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
    async def call(request: Any, context: Any) -> Any:
        try:
            if isinstance(request, CallRefusedError):
                raise request  # noqa: TRY301 - joins the translation below
            return await behaviour(request, context)
        except Exception as error:  # noqa: BLE001 - the boundary
            return await end_call(context, error)

    return call


def _counted(call: Callable[[Any, Any], Awaitable[Any]], count: Count | None) -> Callable[[Any, Any], Awaitable[Any]]:
    if count is None:
        return call

    async def counted(request: Any, context: Any) -> Any:
        with count(context):
            return await call(request, context)

    return counted


def _guarded_stream(behaviour: Callable[[Any, Any], Awaitable[None]]) -> Callable[[Any, Any], Awaitable[None]]:
    async def call(requests: Any, context: Any) -> None:
        try:
            await behaviour(requests, context)
        except Exception as error:  # noqa: BLE001 - the boundary
            await end_call(context, error)

    return call


def _guarded_requests(behaviour: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
    async def call(requests: Any, context: Any) -> Any:
        try:
            return await behaviour(_readable(requests), context)
        except Exception as error:  # noqa: BLE001 - the boundary
            return await end_call(context, error)

    return call


def _guarded_reply_stream(
    behaviour: Callable[[Any, Any], AsyncIterator[Any]],
) -> Callable[[Any, Any], AsyncIterator[Any]]:
    async def call(request: Any, context: Any) -> AsyncIterator[Any]:
        try:
            if isinstance(request, CallRefusedError):
                raise request  # noqa: TRY301 - joins the translation below
            async for reply in behaviour(request, context):
                yield reply
        except Exception as error:  # noqa: BLE001 - the boundary
            await end_call(context, error)

    return call


def _guarded_replies(behaviour: Callable[[Any, Any], AsyncIterator[Any]]) -> Callable[[Any, Any], AsyncIterator[Any]]:
    async def call(requests: Any, context: Any) -> AsyncIterator[Any]:
        try:
            async for reply in behaviour(_readable(requests), context):
                yield reply
        except Exception as error:  # noqa: BLE001 - the boundary
            await end_call(context, error)

    return call


async def _readable(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        if isinstance(request, CallRefusedError):
            raise request
        yield request


async def end_call(context: aio.ServicerContext[Any, Any], error: Exception) -> None:
    """End a call with the status of an error; a call that is over already, or being aborted, needs none."""
    if isinstance(error, aio.AbortError):
        raise error
    if context.done() or context.cancelled():
        raise asyncio.CancelledError from error
    status = status_of(error)
    details = ((_DETAILS, status.SerializeToString()),)
    await context.abort(_CODES[status.code], status.message, details)


_CODES = {code.value[0]: code for code in grpc.StatusCode}
