"""Calls of the agent's gRPC port: let in by their tokens, and told to the SDK as it has them."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import grpc
from a2a.auth.user import UnauthenticatedUser
from a2a.server.request_handlers import DefaultGrpcServerCallContextBuilder
from a2a.server.routes.common import StarletteUser
from grpc import aio
from starlette.authentication import SimpleUser

from emotag.a2a.extension import EXTENSION, HEADER
from emotag_service.access.bearer import HEADER as AUTHORIZATION
from emotag_service.access.bearer import AccessError
from emotag_service.grpc.boundary import end_call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from a2a.auth.user import User
    from a2a.server.context import ServerCallContext

    from emotag_service.access.bearer import Bearer

_holder: ContextVar[str] = ContextVar("_holder", default="")
"""Who holds the token of the call under way; empty where none is asked for."""


class TokenCheck(aio.ServerInterceptor):
    """Asks every call for a token."""

    def __init__(self, bearer: Bearer) -> None:
        self._bearer = bearer

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Hand on the method's handler, or one that refuses."""
        metadata: Any = details.invocation_metadata
        try:
            given = self._bearer.admit([value for key, value in metadata if key == AUTHORIZATION], "classify")
        except AccessError as refusal:
            return _refusing(refusal)
        _holder.set(given.grant.name)
        return await continuation(details)


def _refusing(refusal: AccessError) -> grpc.RpcMethodHandler[Any, Any]:
    """A handler for any kind of call: one of a stream, since gRPC reads the request of others first."""

    async def refuse(_requests: Any, context: Any) -> None:
        await end_call(context, refusal)

    return grpc.stream_stream_rpc_method_handler(refuse)


class CallContexts(DefaultGrpcServerCallContextBuilder):
    """Says whose call it is, and names extensions in answers, in the trailing metadata."""

    def build(self, context: aio.ServicerContext[Any, Any]) -> ServerCallContext:
        """Make the context of a call."""
        made = super().build(context)
        if EXTENSION in made.requested_extensions:
            context.set_trailing_metadata(((HEADER.lower(), EXTENSION),))
        return made

    def build_user(self, _context: aio.ServicerContext[Any, Any]) -> User:
        """Who calls: tasks are shown to those alone who made them."""
        holder = _holder.get()
        return StarletteUser(SimpleUser(holder)) if holder else UnauthenticatedUser()
