"""Who makes a call, as gRPC tells it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from emotag_service.access.callers import Peer, network_of
from emotag_service.grpc.access import pass_of_call


def peer_of(context: Any, *, mutual: bool) -> Peer:
    """Who makes the call under way; `mutual` says that clients prove who they are by certificates."""
    peer = context.peer()
    return Peer(peer, _address(peer), _subject(context) if mutual else "", pass_of_call.get())


def _subject(context: Any) -> str:
    """The subject of the client's certificate; its alternative names where it has none."""
    properties = context.auth_context()
    names = properties.get("x509_subject") or properties.get("x509_subject_alternative_name") or ()
    return ",".join(name.decode(errors="replace") for name in names)


def _address(peer: str) -> str:
    """The address in what gRPC calls a peer, such as ipv4:127.0.0.1:33580, without the port, which changes at will."""
    kind, _, rest = unquote(peer).partition(":")
    return network_of(rest.rpartition(":")[0].strip("[]")) if kind in {"ipv4", "ipv6"} else kind
