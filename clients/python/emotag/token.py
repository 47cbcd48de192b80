"""The token that calls bring: a text, or a file that is read again when it changes."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from emotag.errors import InvalidArgumentError


class BearerToken:
    """Says who calls."""

    def __init__(self, token: str | Path) -> None:
        """Take a token, or the file that holds one.

        Raises:
            InvalidArgumentError: It is none, or the file cannot be read.
        """
        self._path = token if isinstance(token, Path) else None
        self._version = self._look()
        self._header = _header(_read(token) if isinstance(token, Path) else token, "token")

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What a call brings now; a file that cannot be read any more leaves the last token in force."""
        version = self._look()
        if self._path is not None and version not in (None, self._version):
            self._version = version
            self._header = _header(_read(self._path), str(self._path))
        return (("authorization", self._header),)

    def _look(self) -> tuple[int, int] | None:
        try:
            look = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return look and (look.st_ino, look.st_mtime_ns)


def check_readable(target: str) -> None:
    """Refuse to send a token where others can read it.

    Raises:
        InvalidArgumentError: `target` is another machine.
    """
    if not is_local(target):
        raise InvalidArgumentError(
            f"a token to {target} in plaintext could be read on the way: give tls=TLS(…), "
            "or, when something else encrypts it, send the token as metadata",
            field="token",
        )


def is_local(target: str) -> bool:
    """Whether an address or a gRPC target is on this machine as its spelling has it."""
    if target.startswith("unix"):
        return True
    host = target.rpartition("/")[2].removeprefix("ipv4:").removeprefix("ipv6:").removeprefix("dns:")
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise InvalidArgumentError(f"token: {path}: {error.strerror}", field="token") from error
    except UnicodeDecodeError as error:
        raise InvalidArgumentError(f"token: {path}: holds more than a token", field="token") from error


def _header(token: str, name: str) -> str:
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidArgumentError(f"{name}: must be a token, one word of printable ASCII", field="token")
    return f"Bearer {token}"
