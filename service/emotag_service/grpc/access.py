"""Lets calls in by their bearer tokens, before anything of them is read, and says who makes them."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import grpc
from grpc import aio

from emotag.v1.admin_service_pb2 import DESCRIPTOR
from emotag_service.access.bearer import HEADER, AccessError, Bearer, Pass
from emotag_service.access.callers import Peer, network_of
from emotag_service.grpc.boundary import end_call
from emotag_service.grpc.health import HEALTH_NAME, SERVICE_NAME

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from emotag_service.access.tokens import Tokens

ADMIN_NAME = DESCRIPTOR.services_by_name["AdminService"].full_name
INFERENCE_NAME = "inference.GRPCInferenceService"
_PROBES = frozenset(f"/{INFERENCE_NAME}/{name}" for name in ("ServerLive", "ServerReady", "ModelReady"))
_OTHER = b"other types of SAN"  # what gRPC calls each that it does not spell
_SCOPES = {SERVICE_NAME: "classify", INFERENCE_NAME: "classify", ADMIN_NAME: "admin"}

pass_of_call: ContextVar[Pass | None] = ContextVar("pass_of_call", default=None)
"""What let the call under way in; None where no tokens are asked for."""


class Access(aio.ServerInterceptor):
    """Asks every call for a token, but for probes."""

    def __init__(self, tokens: Tokens) -> None:
        self._bearer = Bearer(tokens)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Hand on the method's handler, or one that refuses."""
        service = details.method.rpartition("/")[0].lstrip("/")
        if service != HEALTH_NAME and details.method not in _PROBES:
            metadata: Any = details.invocation_metadata
            given = [value for key, value in metadata if key == HEADER]
            try:
                pass_of_call.set(self._bearer.admit(given, _SCOPES.get(service, "")))
            except AccessError as refusal:
                return _refusing(refusal)
        return await continuation(details)


def _refusing(refusal: AccessError) -> grpc.RpcMethodHandler[Any, Any]:
    """A handler for any kind of call: one of a stream, since gRPC reads the request of others first."""

    async def refuse(_requests: Any, context: Any) -> None:
        await end_call(context, refusal)

    return grpc.stream_stream_rpc_method_handler(refuse)


def peer_of(context: Any, *, mutual: bool) -> Peer:
    """Who makes the call under way; `mutual` says that clients prove who they are by certificates."""
    peer = context.peer()
    return Peer(peer, _address(peer), _subject(context) if mutual else "", pass_of_call.get())


def _subject(context: Any) -> str:
    """The subject of the client's certificate; its alternative names where it has none, as `subject_of` has them."""
    properties = context.auth_context()
    names = [name for name in properties.get("x509_subject") or () if name]  # one without a subject has an empty one
    if not names:
        names = [name for name in properties.get("x509_subject_alternative_name") or () if name != _OTHER]
    return ",".join(name.decode(errors="replace") for name in names)


def _address(peer: str) -> str:
    """The address in what gRPC calls a peer, such as ipv4:127.0.0.1:33580, without the port, which changes at will."""
    kind, _, rest = unquote(peer).partition(":")
    return network_of(rest.rpartition(":")[0].strip("[]")) if kind in {"ipv4", "ipv6"} else kind
