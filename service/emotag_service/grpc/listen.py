"""Takes the address that a gRPC server listens on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.access.address import check_plaintext, spelled, try_address, unusable

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
) -> int:
    """Have `server` listen, in plaintext when there are no credentials.

    Args:
        server: Not started.
        host: Name or address of an interface.
        port: 0 picks a free one.
        credentials: TLS.
        insecure: Plaintext may be spoken also where other machines can connect.

    Returns:
        The port.

    Raises:
        ListenError: The address is in use, not allowed, none of this machine's, or asks for TLS that there is none of.
    """
    address = spelled(host, port)
    try:
        # First by hand: gRPC says why only to its own log, on stderr, in its own form.
        bound = try_address(host, port)
        if credentials is not None:
            return int(server.add_secure_port(address, credentials))
        check_plaintext(bound, address, insecure=insecure)
        return int(server.add_insecure_port(address))
    except (OSError, RuntimeError, UnicodeError) as error:
        raise unusable(host, port, error) from error
