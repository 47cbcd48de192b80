"""What became of the messages that an observer was shown."""

from __future__ import annotations

import logging
import threading
from collections import Counter

_log = logging.getLogger("emotag.integrations")


class Tally:
    """Counts, and warns of the first failure of each reason.

    Attributes:
        tagged: Messages whose tag was handed on.
        failures: Messages without that, by reason.
        skipped: Messages that are none to tag, by reason.
    """

    def __init__(self) -> None:
        self.tagged = 0
        self.failures: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self._lock = threading.Lock()

    def tag(self) -> None:
        """One more has its tag."""
        with self._lock:
            self.tagged += 1

    def skip(self, reason: str) -> None:
        """One more is none to tag."""
        with self._lock:
            self.skipped[reason] += 1

    def fail(self, reason: str, error: BaseException | None = None, *, count: int = 1) -> None:
        """So many more have no tag. Of an error only the type is written: its words may be those of a message."""
        if not count:
            return
        with self._lock:
            first = reason not in self.failures
            self.failures[reason] += count
        if first:
            cause = "" if error is None else f" ({type(error).__name__})"
            _log.warning("a message has no emotion tag: %s%s; from now on such are only counted", reason, cause)
