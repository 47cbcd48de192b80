"""TLS and secrets of a client, from files; whatever is wrong with them is said before anything connects."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Self

import structlog

if TYPE_CHECKING:
    from pathlib import Path

_log = structlog.get_logger(__name__)


class UnusableFileError(Exception):
    """A file does not hold what an option says that it does; the text names the option, the file and the fix."""


class Secret(str):
    """A password that does not show in representations of what holds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class SecretFile(Secret):
    """A password as its file had it when this was made; what the file holds later is asked for."""

    _path: Path
    _option: str
    _last: str

    def __new__(cls, text: str, path: Path, option: str) -> Self:
        """Make one of what was read from `path`, which `option` named."""
        made = super().__new__(cls, text)
        made._path, made._option, made._last = path, option, text
        return made

    def current(self) -> str:
        """What the file holds now; where it cannot be used, what it held last, and a line in the log."""
        try:
            self._last = read_secret(self._path, self._option)
        except UnusableFileError as error:
            _log.error("password not read again", problem=str(error), effect="the old one stays in use")
        return self._last


def tls_context(ca: Path | None, cert: Path | None, key: Path | None) -> ssl.SSLContext:
    """Make what verifies the servers, and proves who we are when they ask.

    Args:
        ca: PEM file of the authorities to trust; those of the system when None.
        cert: PEM file of our certificate, and what chains it to an authority; None when the servers ask for none.
        key: PEM file of its private key, without passphrase; None when `cert` holds it too.

    Raises:
        UnusableFileError: A file cannot be read, or does not hold what it should.
    """
    if key is not None and cert is None:
        raise UnusableFileError("--tls-key is given without --tls-cert: give the certificate that belongs to the key")
    context = _verifier(ca)
    if cert is not None:
        _prove(context, cert, key)
    return context


def read_secret(path: Path, option: str) -> str:
    """Read a password from a file; one line break at its end is not part of it.

    Raises:
        UnusableFileError: It cannot be read, or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnusableFileError(f"{option}: {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UnusableFileError(f"{option}: {path}: is not UTF-8 text") from None
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise UnusableFileError(f"{option}: {path}: is empty; write the password into it")
    return secret


def _verifier(ca: Path | None) -> ssl.SSLContext:
    if ca is None:
        return ssl.create_default_context()
    _readable(ca, "--tls-ca")
    try:
        return ssl.create_default_context(cafile=str(ca))
    except ssl.SSLError as error:
        raise UnusableFileError(f"--tls-ca: {ca}: holds no PEM certificate") from error


def _prove(context: ssl.SSLContext, cert: Path, key: Path | None) -> None:
    _readable(cert, "--tls-cert")
    if key is not None:
        _readable(key, "--tls-key")
    try:
        # Without a callback OpenSSL would ask the terminal for the passphrase.
        context.load_cert_chain(cert, key, password=_refuse_passphrase)
    except _PassphraseError:
        raise UnusableFileError(
            f"--tls-key: {key or cert}: has a passphrase; give a key without: openssl pkcs8 -topk8 -nocrypt -in KEY"
        ) from None
    except ssl.SSLError as error:
        where = "--tls-cert" if key is None else "--tls-cert and --tls-key"
        raise UnusableFileError(f"{where}: {_mismatch(error, cert, key)}") from error


def _mismatch(error: ssl.SSLError, cert: Path, key: Path | None) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"the key in {key or cert} does not belong to the certificate in {cert}"
    if key is None:
        return f"{cert}: does not hold a PEM certificate and its key; give the key with --tls-key"
    return f"{cert} must hold a PEM certificate and {key} its PEM private key"


def _readable(path: Path, option: str) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise UnusableFileError(f"{option}: {path}: {error.strerror}") from error


class _PassphraseError(Exception):
    """OpenSSL asked for one."""


def _refuse_passphrase() -> str:
    raise _PassphraseError
