"""TLS of a connection: whom to trust and how to prove who we are, from PEM files that are checked when read."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import grpc

from emotag.errors import InvalidArgumentError
from emotag.reloaded import Reloaded

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class TLS:
    """Encrypts a connection. `TLS()` trusts the public authorities that gRPC ships with, and proves nothing.

    A client looks at the files while it is used: once they have changed, calls that begin then connect by the new ones.
    Streams that are open live on, and files that cannot be used leave the old ones in force, with a warning in the log.

    Attributes:
        ca: PEM file of the authorities that may have signed the server's certificate; None for gRPC's own.
        certificate: PEM file of our certificate and its chain, for servers that ask for one (mutual TLS).
        key: PEM file of its private key, without passphrase; None when `certificate` holds it too.
        server_name: Name that the server's certificate must have; empty for the host of the target.
    """

    ca: str | Path | None = None
    certificate: str | Path | None = None
    key: str | Path | None = None
    server_name: str = ""

    def credentials(self) -> grpc.ChannelCredentials:
        """Read the files.

        Raises:
            InvalidArgumentError: A file cannot be read, or does not hold what it should.
        """
        if self.key is not None and self.certificate is None:
            raise InvalidArgumentError(
                "tls.key is given without tls.certificate: give the certificate too", field="tls"
            )
        roots = None if self.ca is None else read_authorities(Path(self.ca), "tls.ca")
        if self.certificate is None:
            return grpc.ssl_channel_credentials(roots)
        key = None if self.key is None else Path(self.key)
        pair = read_identity(Path(self.certificate), key, ("tls.certificate", "tls.key"))
        return grpc.ssl_channel_credentials(roots, *pair)

    def reloaded(self) -> Reloaded[grpc.ChannelCredentials]:
        """Read the files, and again whenever they have changed.

        Raises:
            InvalidArgumentError: A file cannot be read, or does not hold what it should.
        """
        files = (None if file is None else Path(file) for file in (self.ca, self.certificate, self.key))
        return Reloaded("certificates", files, self.credentials, InvalidArgumentError, OSError)  # of OpenSSL

    def arguments(self) -> tuple[tuple[str, str], ...]:
        """Channel arguments beside the credentials."""
        return (("grpc.ssl_target_name_override", self.server_name),) if self.server_name else ()


def read_authorities(path: Path, name: str) -> bytes:
    """Read certificates to trust; `name` is what errors call the file.

    Raises:
        InvalidArgumentError: It cannot be read, or holds no PEM certificate.
    """
    content = _read(path, name)
    try:
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        _refuse(name, f"{path}: holds no PEM certificate")
    return content


def read_identity(certificate: Path, key: Path | None, names: Sequence[str]) -> tuple[bytes, bytes]:
    """Read a key and the certificate that belongs to it; `names` is what errors call certificate and key.

    Returns:
        Key and certificate chain, each in PEM form.

    Raises:
        InvalidArgumentError: A file cannot be read, or the two do not belong together.
    """
    chain = _read(certificate, names[0])
    private = chain if key is None else _read(key, names[1])
    try:
        # Without a callback OpenSSL would ask the terminal for the passphrase.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_refuse_passphrase)
    except _PassphraseError:
        fix = "has a passphrase; give a key without: openssl pkcs8 -topk8 -nocrypt -in KEY"
        _refuse(names[key is not None], f"{key or certificate}: {fix}")
    except ssl.SSLError as error:
        _refuse(names[0], _mismatch(error, certificate, key, names))
    return private, chain


def _mismatch(error: ssl.SSLError, certificate: Path, key: Path | None, names: Sequence[str]) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"the key in {key or certificate} does not belong to the certificate in {certificate}"
    if key is None:
        return f"{certificate}: does not hold a PEM certificate and its key; give the key by {names[1]}"
    return f"{certificate} must hold a PEM certificate and {key} its PEM private key"


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        _refuse(name, f"{path}: {error.strerror}")


def _refuse(name: str, problem: str) -> NoReturn:
    raise InvalidArgumentError(f"{name}: {problem}", field=name) from None


class _PassphraseError(Exception):
    """OpenSSL asked for one."""


def _refuse_passphrase() -> str:
    raise _PassphraseError
