"""Takes the address that a gRPC server listens on."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

from emotag_service.access.address import OPTIONS, check_address, spelled, unusable

if TYPE_CHECKING:
    import grpc
    from grpc import aio


def listen(
    server: aio.Server,
    host: str,
    port: int,
    credentials: grpc.ServerCredentials | None = None,
    *,
    insecure: bool = False,
    held: bool = False,
    options: tuple[str, str] = OPTIONS,
) -> int:
    """Have `server` listen, in plaintext when there are no credentials.

    Args:
        server: Not started.
        host: Name or address of an interface.
        port: 0 picks a free one.
        credentials: TLS.
        insecure: Plaintext may be spoken also where other machines can connect.
        held: Another process has the address by `hold_address`, for this one and others.
        options: Those that choose host and port.

    Returns:
        The port.

    Raises:
        ListenError: The address is in use, not allowed, none of this machine's, or asks for TLS that there is none of.
    """
    address = spelled(host, port)
    try:
        if not held:  # by hand: gRPC says why only to its own log, on stderr, in its own form
            check_address(host, port, plaintext=credentials is None, insecure=insecure, options=options)
        if credentials is not None:
            return int(server.add_secure_port(address, credentials))
        return int(server.add_insecure_port(address))
    except (OSError, RuntimeError, UnicodeError) as error:
        raise unusable(host, port, error, options) from error


def is_local(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0][4]
    return ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback
