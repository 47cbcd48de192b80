"""The token that calls bring: a text, or a file that is read again when it changes."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from emotag.errors import InvalidArgumentError
from emotag.reloaded import Reloaded


class BearerToken:
    """Says who calls."""

    def __init__(self, token: str | Path) -> None:
        """Take a token, or the file that holds one.

        Raises:
            InvalidArgumentError: It is none, or the file cannot be read.
        """
        if isinstance(token, Path):
            self._now = Reloaded("token", [token], lambda: _header(_read(token), str(token)), InvalidArgumentError).now
        else:
            header = _header(token, "token")
            self._now = lambda: header

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What a call brings now; a file that has no token any more leaves the last one in force, with a warning."""
        return (("authorization", self._now()),)


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
    """Whether an address or a gRPC target is on this machine as its spelling has it; of a list, every address."""
    if target.startswith(("unix:", "unix-abstract:")):
        return True
    addresses = target.rpartition("/")[2].removeprefix("ipv4:").removeprefix("ipv6:").removeprefix("dns:")
    return all(map(_is_loopback, addresses.split(",")))


def _is_loopback(address: str) -> bool:
    host = address[1:].partition("]")[0] if address.startswith("[") else address.partition(":")[0]
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
