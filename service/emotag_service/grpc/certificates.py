"""The certificates that the server proves itself by and trusts, read again whenever their files change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from emotag.tls import read_authorities, read_identity
from emotag_service.access.files import reloaded_certificates

if TYPE_CHECKING:
    from emotag_service.access.protection import TlsFiles


class Certificates:
    """Certificates for new connections; those that are open keep what they were made with."""

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
