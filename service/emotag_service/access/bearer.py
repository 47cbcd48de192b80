"""Lets calls in by their bearer tokens, whatever the road."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.access.grant import Grant
    from emotag_service.access.tokens import Tokens

_log = structlog.get_logger(__name__)
_QUIET_SECONDS = 60.0

HEADER = "authorization"

_REALM = 'Bearer realm="emotag"'
_INVALID = f'{_REALM}, error="invalid_token"'
_CHALLENGES = {
    "TOKEN_MISSING": _REALM,
    "TOKEN_MALFORMED": _INVALID,
    "TOKEN_UNKNOWN": _INVALID,
    "TOKEN_REVOKED": _INVALID,
    "SCOPE_MISSING": f'{_REALM}, error="insufficient_scope"',
}


class AccessError(Exception):
    """A call is not let in; the text says what it lacks.

    Attributes:
        code: Name of the google.rpc.Code that it ends with.
        reason: Stable, upper-case identifier for programs.
    """

    def __init__(self, reason: str, problem: str, code: str = "UNAUTHENTICATED") -> None:
        super().__init__(problem)
        self.code = code
        self.reason = reason


def challenge(reason: str) -> dict[str, str]:
    """The header in which an answer of HTTP says what token it lacks (RFC 6750); none for what is no matter of one."""
    return {"www-authenticate": _CHALLENGES[reason]} if reason in _CHALLENGES else {}


@dataclass(frozen=True, slots=True)
class Pass:
    """What a call was let in by.

    Attributes:
        grant: What its token allows.
        tokens: The file that said so.
    """

    grant: Grant
    tokens: Tokens

    def check(self) -> None:
        """Look whether the token still lets messages in.

        Raises:
            AccessError: It was withdrawn since.
        """
        if not self.tokens.still_allows(self.grant, "classify"):
            raise AccessError("TOKEN_REVOKED", f"the token of {self.grant.name} is no longer valid here")


class Bearer:
    """Asks calls for a token.

    Attributes:
        refused: How many calls were refused.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._told = -_QUIET_SECONDS
        self.refused = 0

    def admit(self, values: Sequence[object], scope: str = "") -> Pass:
        """Let a call in by the values of its authorization headers; an empty scope asks for any token.

        Raises:
            AccessError: They hold no token that allows this.
        """
        try:
            return Pass(self._find(values, scope), self._tokens)
        except AccessError as error:
            self._count(error)
            raise

    def _find(self, values: Sequence[object], scope: str) -> Grant:
        if not values:
            raise AccessError("TOKEN_MISSING", f"send a token, as {HEADER}: Bearer TOKEN")
        scheme, _, token = values[0].partition(" ") if isinstance(values[0], str) else ("", "", "")
        if len(values) > 1 or scheme.lower() != "bearer" or not token:
            raise AccessError("TOKEN_MALFORMED", f"{HEADER} must be there once, and be Bearer TOKEN")
        grant = self._tokens.find(token)
        if grant is None:
            raise AccessError("TOKEN_UNKNOWN", "the token is none that is valid here")
        if scope and scope not in grant.scopes:
            problem = f"the token of {grant.name} lacks the scope {scope}"
            raise AccessError("SCOPE_MISSING", problem, "PERMISSION_DENIED")
        return grant

    def _count(self, error: AccessError) -> None:
        self.refused += 1
        now = time.monotonic()
        if now - self._told >= _QUIET_SECONDS:  # whoever guesses must not fill the log
            self._told = now
            _log.warning("calls refused", problem=str(error), refused=self.refused)
