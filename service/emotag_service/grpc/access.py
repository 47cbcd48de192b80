"""Lets calls in by their bearer tokens, before anything of them is read."""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
import structlog
from grpc import aio

from emotag.v1.admin_service_pb2 import DESCRIPTOR
from emotag_service.grpc.boundary import end_call
from emotag_service.grpc.health import HEALTH_NAME, SERVICE_NAME
from emotag_service.grpc.status import CallRefusedError, make_status

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from emotag_service.access.grant import Grant
    from emotag_service.access.tokens import Tokens

_log = structlog.get_logger(__name__)
_HEADER = "authorization"
_QUIET_SECONDS = 60.0
ADMIN_NAME = DESCRIPTOR.services_by_name["AdminService"].full_name
_SCOPES = {SERVICE_NAME: "classify", ADMIN_NAME: "admin"}


@dataclass(frozen=True, slots=True)
class Pass:
    """What a call was let in by, and may be asked again.

    Attributes:
        grant: What its token allows.
        tokens: The file that said so.
    """

    grant: Grant
    tokens: Tokens

    def check(self) -> None:
        """Look whether the token still lets messages in.

        Raises:
            CallRefusedError: It was withdrawn since.
        """
        if not self.tokens.still_allows(self.grant, "classify"):
            raise _unauthenticated("TOKEN_REVOKED", f"the token of {self.grant.name} is no longer valid here")


pass_of_call: ContextVar[Pass | None] = ContextVar("pass_of_call", default=None)
"""What let the call under way in; None where no tokens are asked for."""


class Access(aio.ServerInterceptor):
    """Asks every call for a token, but for health.

    Attributes:
        refused: How many calls were refused.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._told = -_QUIET_SECONDS
        self.refused = 0

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Hand on the method's handler, or one that refuses."""
        service = details.method.rpartition("/")[0].lstrip("/")
        if service != HEALTH_NAME:
            try:
                grant = self._admit(service, details.invocation_metadata)
                pass_of_call.set(Pass(grant, self._tokens))
            except CallRefusedError as refusal:
                self._count(refusal)
                return _refusing(refusal)
        return await continuation(details)

    def _admit(self, service: str, metadata: Any) -> Grant:
        given = [value for key, value in metadata if key == _HEADER]
        if not given:
            raise _unauthenticated("TOKEN_MISSING", f"send a token, as metadata {_HEADER}: Bearer TOKEN")
        scheme, _, token = given[0].partition(" ") if isinstance(given[0], str) else ("", "", "")
        if len(given) > 1 or scheme.lower() != "bearer" or not token:
            raise _unauthenticated("TOKEN_MALFORMED", f"{_HEADER} must be there once, and be Bearer TOKEN")
        grant = self._tokens.find(token)
        if grant is None:
            raise _unauthenticated("TOKEN_UNKNOWN", "the token is none that is valid here")
        scope = _SCOPES.get(service)
        if scope is not None and scope not in grant.scopes:
            problem = f"the token of {grant.name} lacks the scope {scope}"
            raise CallRefusedError(make_status("PERMISSION_DENIED", "SCOPE_MISSING", problem))
        return grant

    def _count(self, refusal: CallRefusedError) -> None:
        self.refused += 1
        now = time.monotonic()
        if now - self._told >= _QUIET_SECONDS:  # whoever guesses must not fill the log
            self._told = now
            _log.warning("calls refused", problem=str(refusal), refused=self.refused)


def _unauthenticated(reason: str, problem: str) -> CallRefusedError:
    return CallRefusedError(make_status("UNAUTHENTICATED", reason, problem))


def _refusing(refusal: CallRefusedError) -> grpc.RpcMethodHandler[Any, Any]:
    """A handler for any kind of call: one of a stream, since gRPC reads the request of others first."""

    async def refuse(_requests: Any, context: Any) -> None:
        await end_call(context, refusal)

    return grpc.stream_stream_rpc_method_handler(refuse)
