"""Tokens and certificates are files that a server reads again when they change; what becomes of it is in its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import structlog

import emotag.reloaded
from emotag.errors import InvalidArgumentError
from emotag_service.access.address import ListenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.access.protection import TlsFiles

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


class Reloaded(emotag.reloaded.Reloaded[_T]):
    """As its base, but that it says so as events of the server."""

    def tell(self, problem: str) -> None:
        """Say in the log why changed files are no use; without a problem, that they were taken up."""
        files = [str(file) for file in self.files]
        if problem:
            effect = "the old ones stay in force"
            _log.error(f"{self.what} not reloaded", problem=problem, files=files, effect=effect)
        else:
            _log.info(f"{self.what} reloaded", files=files)


def reloaded_certificates(files: TlsFiles, read: Callable[[], _T]) -> Reloaded[_T]:
    """Have the certificates that a port proves itself by and trusts, as `read` makes them of their files.

    Raises:
        ListenError: A file cannot be used.
    """
    every = (files.certificate, files.key, files.client_ca)
    try:
        return Reloaded("certificates", every, read, InvalidArgumentError, OSError)  # OpenSSL's errors are the latter
    except (InvalidArgumentError, OSError) as error:
        raise ListenError(str(error)) from error
