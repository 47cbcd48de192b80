"""What the holder of a token may do, as one line of a file of tokens says it."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_service.access.protection import Quota

SCOPES = ("classify", "admin")
MOST_BYTES = 512
"""Bytes of a token; a longer one is refused unread."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_QUOTA = {"messages_per_second": float, "bytes_per_second": float, "streams": int}


@dataclass(frozen=True, slots=True)
class Grant:
    """One line: `NAME SCOPES sha256:HEX [SETTING=NUMBER …]`, such as `planner classify sha256:9f86… streams=4`.

    Attributes:
        name: Who holds the token: the caller in logs and quotas. Two lines may share it while a token is replaced.
        scopes: What the token allows, of `SCOPES`.
        digest: SHA-256 of the token. Tokens are 256 random bits, so that no slow hash is needed to protect them.
        quota: What differs from everybody's quota, by the names of `Quota`.
    """

    name: str
    scopes: frozenset[str]
    digest: bytes
    quota: tuple[tuple[str, Any], ...] = ()

    def of(self, common: Quota) -> Quota:
        """The quota of the holder, where everybody's is `common`."""
        return replace(common, **dict(self.quota))

    def line(self) -> str:
        """The line that `read_grant` reads."""
        parts = [self.name, ",".join(sorted(self.scopes)), f"sha256:{self.digest.hex()}"]
        return " ".join(parts + [f"{name}={number:g}" for name, number in self.quota])


def new_token(name: str, scopes: Iterable[str]) -> tuple[str, Grant]:
    """Make a token and what is written of it; the token itself is kept nowhere.

    Raises:
        ValueError: Name or scope is none.
    """
    token = f"emotag_{secrets.token_urlsafe(32)}"
    return token, Grant(_name(name), _scopes(",".join(scopes)), digest(token))


def digest(token: str) -> bytes:
    """What a file has of a token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def read_grant(line: str) -> Grant:
    """Read a line.

    Raises:
        ValueError: It is none; the text says what would be right.
    """
    parts = line.split()
    if len(parts) < 3:
        raise ValueError("must be NAME SCOPES sha256:HEX, as `emotag token new` prints it")
    found = _DIGEST.fullmatch(parts[2])
    if found is None:
        raise ValueError("the third word must be sha256: and 64 digits 0-9a-f, as `emotag token new` prints it")
    return Grant(_name(parts[0]), _scopes(parts[1]), bytes.fromhex(found[1]), tuple(map(_setting, parts[3:])))


def _name(text: str) -> str:
    if _NAME.fullmatch(text) is None:
        raise ValueError("the name must be 1 to 64 letters, digits or . _ @ -, beginning with a letter or digit")
    return text


def _scopes(text: str) -> frozenset[str]:
    scopes = frozenset(text.split(","))
    if not scopes <= set(SCOPES):
        raise ValueError(f"scopes must be {' or '.join(SCOPES)}, or both with a comma between")
    return scopes


def _setting(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    if name not in _QUOTA:
        raise ValueError(f"after the digest only {', '.join(f'{known}=N' for known in _QUOTA)} are known")
    try:
        value = _QUOTA[name](number)
    except ValueError:
        value = -1
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} must be a number, 0 (no bound) or more")
    return name, value
