"""What the demo sums up: emotions, and how long their tags took."""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag.info import Model
    from emotag.tag import Tag


class Summary:
    """Counts emotions, and measures each message from when it was sent to when its tag was there."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._sent: dict[str, float] = {}
        self._latencies: list[float] = []
        self._emotions: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()

    def sent(self, message_id: str) -> None:
        """A message leaves."""
        self._sent[message_id] = self._clock()

    def answered(self, tag: Tag) -> None:
        """Its tag is there."""
        if tag.error is not None:
            self.refused(tag.message_id, tag.error.code)
        else:
            self._timed(tag.message_id)
            self._emotions[tag.label] += 1

    def refused(self, message_id: str, reason: str) -> None:
        """It has none, for this reason."""
        self._timed(message_id)
        self._errors[reason] += 1

    @property
    def open(self) -> int:
        """Messages that have left and have no answer."""
        return len(self._sent)

    def text(self, model: Model) -> str:
        """The summary, some lines."""
        counts = ", ".join(f"{label} {count}" for label, count in self._emotions.most_common())
        errors = ", ".join(f"{code} {count}" for code, count in self._errors.most_common()) or "none"
        return (
            f"messages   {len(self._latencies)}\n"
            f"emotions   {counts or 'none'}\n"
            f"errors     {errors}\n"
            f"latency    p50 {quantile(self._latencies, 0.5) * 1e3:.1f} ms, "
            f"p95 {quantile(self._latencies, 0.95) * 1e3:.1f} ms, from sending a message to its tag\n"
            f"model      {model.name} {model.version} ({model.digest[:12]})"
        )

    def _timed(self, message_id: str) -> None:
        self._latencies.append(self._clock() - self._sent.pop(message_id))


def quantile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed; 0 when there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
