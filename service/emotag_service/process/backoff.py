"""How long to wait before the next attempt."""

from __future__ import annotations

import random

_FIRST, _MOST, _FACTOR = 0.1, 10.0, 2.0


class Backoff:
    """Grows from attempt to attempt, up to a bound, with jitter so that lanes do not come back all at once.

    Attributes:
        attempts: In a row that failed.
    """

    def __init__(self) -> None:
        self.attempts = 0

    def next(self) -> float:
        """Count a failed attempt; return the seconds to wait."""
        longest = min(_MOST, _FIRST * _FACTOR ** min(self.attempts, 32))
        self.attempts += 1
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - not cryptography

    def reset(self) -> None:
        """An attempt succeeded."""
        self.attempts = 0
