"""The certificates that a port proves itself by and trusts, read again whenever their files change."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from emotag.errors import InvalidArgumentError
from emotag_service.access.address import ListenError
from emotag_service.access.reloaded import Reloaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.access.protection import TlsFiles

_T = TypeVar("_T")


def reloaded_certificates(files: TlsFiles, read: Callable[[], _T]) -> Reloaded[_T]:
    """Have certificates as `read` makes them of their files, for each new connection.

    Raises:
        ListenError: A file cannot be used.
    """
    every = (files.certificate, files.key, files.client_ca)
    try:
        return Reloaded("certificates", every, read, InvalidArgumentError, OSError)  # OpenSSL's errors are the latter
    except (InvalidArgumentError, OSError) as error:
        raise ListenError(str(error)) from error
