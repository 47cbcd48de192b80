"""The certificates that the server proves itself by and trusts, read again whenever their files change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import structlog

from emotag.errors import InvalidArgumentError
from emotag.tls import read_authorities, read_identity
from emotag_service.access.address import ListenError
from emotag_service.access.file_version import file_version

if TYPE_CHECKING:
    from emotag_service.access.protection import TlsFiles

_log = structlog.get_logger(__name__)


class Certificates:
    """Certificates for new connections; those that are open keep what they were made with."""

    def __init__(self, files: TlsFiles) -> None:
        """Read them.

        Raises:
            ListenError: A file cannot be used.
        """
        self._files = files
        self._version = self._look()
        try:
            self._current = self._read()
        except InvalidArgumentError as error:
            raise ListenError(str(error)) from error

    def credentials(self) -> grpc.ServerCredentials:
        """What a server listens with."""
        mutual = self._files.client_ca is not None
        return grpc.dynamic_ssl_server_credentials(self._current, self.refresh, mutual)

    def refresh(self) -> grpc.ServerCertificateConfiguration:
        """The certificates of now; gRPC asks before each handshake, in a thread of its own.

        Files that cannot be used leave the old ones in force; that is logged once for each change of them.
        """
        version = self._look()
        if version == self._version:
            return self._current
        self._version = version
        try:
            self._current = self._read()
        except InvalidArgumentError as error:
            _log.error("certificates not reloaded", problem=str(error), effect="the old ones stay in force")
        else:
            _log.info("certificates reloaded", certificate=str(self._files.certificate))
        return self._current

    def _read(self) -> grpc.ServerCertificateConfiguration:
        files = self._files
        pair = read_identity(files.certificate, files.key, ("--tls-cert", "--tls-key"))
        roots = None if files.client_ca is None else read_authorities(files.client_ca, "--tls-client-ca")
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=roots)

    def _look(self) -> list[object]:
        files = (self._files.certificate, self._files.key, self._files.client_ca)
        return [file_version(path) for path in files if path is not None]
