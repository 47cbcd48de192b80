"""When to send again: exponential backoff with full jitter, never past the deadline."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag.errors import EmotionError


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how soon to send again what is safe to send again; classifying always is.

    Attributes:
        attempts: How often in all; 1 means never again. A stream counts anew whenever it is answered something.
        initial: Upper bound, in seconds, of the first wait; doubles from wait to wait.
        maximum: Upper bound, in seconds, of every wait that the server does not ask for.
    """

    attempts: int = 8
    initial: float = 0.1
    maximum: float = 5.0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {self.attempts}")
        if not 0 <= self.initial <= self.maximum:
            raise ValueError(f"0 <= initial <= maximum does not hold for {self.initial} and {self.maximum}")

    def wait(self, failures: int, retry_after: float | None = None) -> float:
        """Seconds to wait after so many failures in a row; never less than the server asks for.

        The wait is drawn from [0, bound] ("full jitter"), so that callers that failed together do not return together:
        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        bound = min(self.maximum, self.initial * 2.0 ** min(failures - 1, 60))
        return (retry_after or 0.0) + random.uniform(0.0, bound)  # noqa: S311 - jitter, not cryptography


class Deadline:
    """The moment by which a call must be over; `timeout` None means never.

    Attributes:
        at: That moment by `clock`, or None.
    """

    def __init__(self, timeout: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.at = None if timeout is None else clock() + timeout

    def remaining(self) -> float | None:
        """Seconds left, at least 0; None when there is no deadline."""
        return None if self.at is None else max(0.0, self.at - self._clock())

    def allows(self, wait: float) -> bool:
        """Whether there is time left after waiting so long."""
        return self.at is None or self._clock() + wait < self.at


class Attempts:
    """The attempts of one call."""

    def __init__(self, retry: Retry, deadline: Deadline) -> None:
        self._retry = retry
        self._deadline = deadline
        self._failures = 0

    def failed(self, error: EmotionError) -> float:
        """Seconds to wait before the next attempt.

        Raises:
            EmotionError: `error` itself, when it is final, or no attempt or time is left.
        """
        self._failures += 1
        if not error.transient or self._failures >= self._retry.attempts:
            raise error
        wait = self._retry.wait(self._failures, error.retry_after)
        if not self._deadline.allows(wait):
            raise error
        return wait
