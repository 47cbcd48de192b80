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
    """How long, how often and how soon to send again what is safe to send again; classifying always is.

    Attributes:
        attempts: How often in all, however soon they fail; 0 means as often as the seconds allow, 1 never again.
        initial: Upper bound, in seconds, of the first wait; doubles from wait to wait.
        maximum: Upper bound, in seconds, of every wait that the server does not ask for.
        seconds: How long after the first failure; a stream counts anew whenever its oldest message is answered.
    """

    attempts: int = 0
    initial: float = 0.1
    maximum: float = 5.0
    seconds: float = 30.0

    def __post_init__(self) -> None:
        if not self.seconds >= 0:
            raise ValueError(f"seconds must be 0 or more, not {self.seconds}")
        if self.attempts < 0:
            raise ValueError(f"attempts must be 0, which means any number, or more, not {self.attempts}")
        if not 0 <= self.initial <= self.maximum:
            raise ValueError(f"0 <= initial <= maximum does not hold for {self.initial} and {self.maximum}")

    def wait(self, failures: int, retry_after: float | None = None) -> float:
        """Seconds to wait after so many failures in a row; never less than the server asks for.

        The wait is drawn from [0, bound] ("full jitter"), so that callers that failed together do not return together:
        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        bound = min(self.maximum, self.initial * 2.0 ** min(failures - 1, 60))
        return (retry_after or 0.0) + random.uniform(0.0, bound)  # noqa: S311 - jitter, not cryptography


class Failures:
    """Failures in a row, and whether they are too many."""

    def __init__(self, retry: Retry, clock: Callable[[], float] = time.monotonic) -> None:
        self._retry = retry
        self._clock = clock
        self._since = 0.0
        self.count = 0

    def add(self) -> None:
        """One more."""
        if not self.count:
            self._since = self._clock()
        self.count += 1

    def reset(self) -> None:
        """Something succeeded."""
        self.count = 0

    @property
    def seconds(self) -> float:
        """How long it has been since the first."""
        return self._clock() - self._since if self.count else 0.0

    def allow(self, wait: float = 0.0) -> bool:
        """Whether another attempt may begin after waiting so long."""
        if self._retry.attempts and self.count >= self._retry.attempts:
            return False
        return self.seconds + wait <= self._retry.seconds


_NEVER_SECONDS = 1e9  # thirty years and more: clocks and gRPC overflow, and mean the past


class Deadline:
    """The moment by which a call must be over; `timeout` None means never, and so does one of decades.

    Attributes:
        at: That moment by `clock`, or None.
    """

    def __init__(self, timeout: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.at = None if timeout is None or timeout > _NEVER_SECONDS else clock() + timeout

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
        self._failures = Failures(retry)

    def failed(self, error: EmotionError) -> float:
        """Seconds to wait before the next attempt.

        Raises:
            EmotionError: `error` itself, when it is final, or no attempt or time is left.
        """
        self._failures.add()
        wait = self._retry.wait(self._failures.count, error.retry_after)
        if not (error.transient and self._failures.allow(wait) and self._deadline.allows(wait)):
            raise error
        return wait
