"""Takes the address that a gRPC server listens on, and has the certificates that it proves itself by there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from emotag.tls import read_authorities, read_identity
from emotag_service.access.address import OPTIONS, check_address, spelled, unusable
from emotag_service.access.files import reloaded_certificates

if TYPE_CHECKING:
    from grpc import aio

    from emotag_service.access.protection import TlsFiles


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


class Certificates:
    """What new connections get, read again whenever the files change; open ones keep what they were made with."""

    def __init__(self, files: TlsFiles) -> None:
        """Read them.

        Raises:
            ListenError: A file cannot be used.
        """
        self._files = files
        self._current = reloaded_certificates(files, self._read)

    def credentials(self) -> grpc.ServerCredentials:
        """What a server listens with."""
        mutual = self._files.client_ca is not None
        # gRPC asks before each handshake, in a thread of its own.
        return grpc.dynamic_ssl_server_credentials(self._current.now(), self._current.now, mutual)

    def _read(self) -> grpc.ServerCertificateConfiguration:
        files = self._files
        pair = read_identity(files.certificate, files.key, ("--tls-cert", "--tls-key"))
        roots = None if files.client_ca is None else read_authorities(files.client_ca, "--tls-client-ca")
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=roots)
