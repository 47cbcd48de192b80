"""The certificates that the server proves itself by and trusts, read again whenever their files change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
import structlog

from emotag.errors import InvalidArgumentError
from emotag.tls import read_authorities, read_identity
from emotag_service.grpc.listen import ListenError

if TYPE_CHECKING:
    from pathlib import Path

_log = structlog.get_logger(__name__)
_Version = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Where the certificates are, in PEM form.

    Attributes:
        certificate: The server's, and what chains it to an authority.
        key: Its private key, without passphrase; None when `certificate` holds it too.
        client_ca: Authorities whose clients are let in, and nobody else (mutual TLS); None lets everybody connect.
    """

    certificate: Path
    key: Path | None = None
    client_ca: Path | None = None


class Certificates:
    """Certificates for new connections; those that are open keep what they were made with."""

    def __init__(self, files: TlsFiles) -> None:
        """Read them.

        Raises:
            ListenError: A file cannot be used.
        """
        self._files = files
        try:
            self._version = self._look()
            self._current = self._read()
        except (InvalidArgumentError, OSError) as error:
            raise ListenError(str(error)) from error

    def credentials(self) -> grpc.ServerCredentials:
        """What a server listens with."""
        mutual = self._files.client_ca is not None
        return grpc.dynamic_ssl_server_credentials(self._current, self.refresh, mutual)

    def refresh(self) -> grpc.ServerCertificateConfiguration:
        """The certificates of now; gRPC asks before each handshake, in a thread of its own.

        Files that cannot be used leave the old ones in force; that is logged once for each change of them.
        """
        try:
            version = self._look()
            if version == self._version:
                return self._current
            self._version = version
            self._current = self._read()
        except (InvalidArgumentError, OSError) as error:
            self._report(error)
        else:
            _log.info("certificates reloaded", certificate=str(self._files.certificate))
        return self._current

    def _report(self, error: InvalidArgumentError | OSError) -> None:
        if isinstance(error, OSError):  # a file is away: there is no version of it to tell whether this was said
            if not self._version:
                return
            self._version = ()
        _log.error("certificates not reloaded", problem=str(error), effect="the old ones stay in force")

    def _read(self) -> grpc.ServerCertificateConfiguration:
        files = self._files
        pair = read_identity(files.certificate, files.key, ("--tls-cert", "--tls-key"))
        roots = None if files.client_ca is None else read_authorities(files.client_ca, "--tls-client-ca")
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=roots)

    def _look(self) -> _Version:
        files = (self._files.certificate, self._files.key, self._files.client_ca)
        looks = [path.stat() for path in files if path is not None]
        return tuple((look.st_ino, look.st_size, look.st_mtime_ns) for look in looks)
