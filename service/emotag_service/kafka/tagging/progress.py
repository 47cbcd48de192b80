"""What the tagger counts, and how far it is: one line on a terminal, or an event every half minute."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TextIO

import structlog

from emotag_service.engine.histogram import SECONDS, Histogram

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_SECONDS = 1.0
EVENT_SECONDS = 30.0
_CLEAR = "\r\x1b[K"


@dataclass(slots=True)
class Meters:
    """Counts since the start, and the latest of what goes up and down. Written from one event loop.

    Attributes:
        consumed: Records taken from the input.
        tagged: Records published with a tag, by label; counted when their transaction is committed.
        skipped: Records published without one, since they needed none.
        failed: Records passed through although they could not be tagged.
        dead_letters: Records written to the dead-letter topic, by reason.
        transactions: Committed.
        aborts: Transactions given up, by what made them fail.
        transaction_durations: Of committed transactions, from begin to committed, in seconds.
        rebalances: Assignments received.
        takeovers: Partitions taken over, after assignments and failures.
        lag: Records not yet committed, by "topic/partition".
        buffered: Records held, read but not committed.
        buffered_bytes: Their bytes.
        last_progress: Monotonic seconds of the last sign of the cluster: records, a commit, or an answer to whether it
            is there.
        waiting: Monotonic seconds since when partitions wait to be taken over, by "topic/partition".
    """

    consumed: int = 0
    tagged: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    failed: int = 0
    dead_letters: Counter[str] = field(default_factory=Counter)
    transactions: int = 0
    aborts: Counter[str] = field(default_factory=Counter)
    transaction_durations: Histogram = field(default_factory=partial(Histogram, SECONDS))
    rebalances: int = 0
    takeovers: int = 0
    lag: dict[str, int] = field(default_factory=dict)
    buffered: int = 0
    buffered_bytes: int = 0
    last_progress: float = 0.0
    waiting: dict[str, float] = field(default_factory=dict)

    @property
    def published(self) -> int:
        """Records whose transaction is committed, whatever became of them."""
        return self.tagged.total() + self.skipped + self.failed + self.dead_letters.total()


class Screen:
    """A terminal's stream with a line at its end that stays there while others are written above it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._line = ""
        self._drawn = False

    def isatty(self) -> bool:
        """Whether people look at it."""
        return self._stream.isatty()

    def write(self, text: str) -> int:
        """Write above the line, which comes back after the next line break: loggers write in pieces."""
        if self._drawn:
            self._stream.write(_CLEAR)
            self._drawn = False
        written = self._stream.write(text)
        if self._line and text.endswith("\n"):
            self._draw()
        return written

    def flush(self) -> None:
        """Hand over to the system what is written."""
        self._stream.flush()

    def show(self, line: str) -> None:
        """Draw the line anew; an empty one takes it away."""
        line = line[: shutil.get_terminal_size().columns - 1]  # a line that wraps could not be taken away
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone, and whoever draws has more to do
            if line or self._drawn:
                self._stream.write(_CLEAR)
            self._line, self._drawn = line, False
            self._draw()
            self._stream.flush()

    def _draw(self) -> None:
        self._stream.write(self._line)
        self._drawn = bool(self._line)


class Progress:
    """Tells how far the tagger is, once a second."""

    def __init__(
        self,
        meters: Meters,
        screen: Screen,
        moved: Callable[[], None] = lambda: None,
        *,
        line: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make it.

        Args:
            meters: What is told.
            screen: Where the line goes.
            moved: Called when something was published since the last tick.
            line: Draw the line, rather than log events.
            clock: Monotonic seconds.
        """
        self._meters = meters
        self._screen = screen
        self._moved = moved
        self._line = line
        self._clock = clock
        self._ticked = self._logged = clock()
        self._published = self._published_logged = 0
        self._log = structlog.get_logger(__name__)

    async def run(self) -> None:
        """Tick until cancelled."""
        try:
            while True:
                await asyncio.sleep(TICK_SECONDS)
                self.tick()
        finally:
            self._screen.show("")

    def tick(self) -> None:
        """Tell how far it is now."""
        now, published = self._clock(), self._meters.published
        rate = (published - self._published) / max(now - self._ticked, 1e-9)
        if published != self._published:
            self._moved()
        self._ticked, self._published = now, published
        if self._line:
            self._screen.show(self._words(rate))
        elif now - self._logged >= EVENT_SECONDS:
            self.log(now)

    def log(self, now: float) -> None:
        """Log everything that is counted; rates are since the last time."""
        meters, seconds = self._meters, max(now - self._logged, 1e-9)
        self._log.info(
            "progress",
            records=meters.consumed,
            published=meters.published,
            per_second=round((meters.published - self._published_logged) / seconds, 1),
            tags=dict(meters.tagged),
            skipped=meters.skipped,
            failed=meters.failed,
            dead_letters=dict(meters.dead_letters),
            lag=sum(meters.lag.values()),
            transactions=meters.transactions,
            transaction_ms=_mean_ms(meters),
            aborts=dict(meters.aborts),
            rebalances=meters.rebalances,
            buffered=meters.buffered,
        )
        self._logged, self._published_logged = now, meters.published

    def _words(self, rate: float) -> str:
        meters = self._meters
        return (
            f"{rate:,.0f}/s   tagged {meters.tagged.total():,}   lag {sum(meters.lag.values()):,}   "
            f"dead letters {meters.dead_letters.total():,}   transactions {meters.transactions:,}"
        )


def _mean_ms(meters: Meters) -> float | None:
    return round(1000 * meters.transaction_durations.total / meters.transactions, 1) if meters.transactions else None
