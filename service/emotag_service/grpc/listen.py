"""Takes the address that a server listens on."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grpc import aio


class ListenError(Exception):
    """The address cannot be listened on; the text says what to change."""


def listen(server: aio.Server, host: str, port: int) -> int:
    """Have `server` listen in plaintext.

    Args:
        server: Not started.
        host: Name or address of an interface.
        port: 0 picks a free one.

    Returns:
        The port.

    Raises:
        ListenError: The address is in use, not allowed, or none of this machine's.
    """
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        # First by hand: gRPC says why only to its own log, on stderr, in its own form.
        _try(host, port)
        taken: int = server.add_insecure_port(address)
    except (OSError, RuntimeError, UnicodeError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise ListenError(f"cannot listen on {address}: {why}; choose with --host and --port") from error
    return taken


def _try(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
