"""A clock that stands still until it is told to go on."""

from __future__ import annotations


class FakeClock:
    """Called like `time.monotonic`."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the seconds it shows."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Go on."""
        self.now += seconds
