"""The file of tokens: who holds one, checked in constant time, read again when it changes."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from emotag_service.access.files import Reloaded
from emotag_service.access.grant import MOST_BYTES, digest, read_grant

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_service.access.grant import Grant

_MOST_GRANTS = 1024  # each call is compared with all of them
_MOST_FILE_BYTES = 2**20


class TokenFileError(ValueError):
    """The file cannot be used; the text names the line and what would be right."""


class Tokens:
    """The tokens of a file. An empty line, and one that begins with #, says nothing."""

    def __init__(self, path: Path) -> None:
        """Read it.

        Raises:
            TokenFileError: It cannot be used.
        """
        self._grants = Reloaded("tokens", [path], lambda: _read(path), TokenFileError)

    def find(self, token: str) -> Grant | None:
        """What a token allows; None for one that is not in the file.

        Every entry is compared, whatever was found, so that the time tells nothing of which one matched.
        """
        grants = self._grants.now()
        if len(token) > MOST_BYTES:
            return None
        given, found = digest(token), None
        for grant in grants.values():
            if hmac.compare_digest(grant.digest, given):
                found = grant
        return found

    def still_allows(self, grant: Grant, scope: str) -> bool:
        """Whether a token that was found before is in the file now, with this scope."""
        now = self._grants.now().get(grant.digest)
        return now is not None and scope in now.scopes


def _read(path: Path) -> dict[bytes, Grant]:
    """Who holds a token, by its digest."""
    grants: list[Grant] = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            grants.append(read_grant(line))
        except ValueError as error:
            raise TokenFileError(f"--tokens: {path}, line {number}: {error}") from error
    if not 0 < len(grants) <= _MOST_GRANTS:
        raise TokenFileError(f"--tokens: {path}: has {len(grants)} tokens, must have 1 to {_MOST_GRANTS:,}")
    return {grant.digest: grant for grant in grants}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_FILE_BYTES + 1)
        if len(content) > _MOST_FILE_BYTES:
            raise TokenFileError(f"--tokens: {path}: is larger than {_MOST_FILE_BYTES:,} bytes")
        return content.decode()
    except OSError as error:
        raise TokenFileError(f"--tokens: {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TokenFileError(f"--tokens: {path}: is not UTF-8 text") from error
