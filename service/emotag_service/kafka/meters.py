"""What the tagger counts, behind one small interface that metrics are exported from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


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
        transaction_seconds: Sum over committed transactions, from begin to committed.
        rebalances: Assignments received.
        lag: Records not yet committed, by "topic/partition".
        buffered: Records held, read but not committed.
        buffered_bytes: Their bytes.
        last_progress: Monotonic seconds of the last poll or commit that succeeded: liveness.
    """

    consumed: int = 0
    tagged: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    failed: int = 0
    dead_letters: Counter[str] = field(default_factory=Counter)
    transactions: int = 0
    aborts: Counter[str] = field(default_factory=Counter)
    transaction_seconds: float = 0.0
    rebalances: int = 0
    lag: dict[str, int] = field(default_factory=dict)
    buffered: int = 0
    buffered_bytes: int = 0
    last_progress: float = 0.0

    @property
    def published(self) -> int:
        """Records whose transaction is committed, whatever became of them."""
        return self.tagged.total() + self.skipped + self.failed + self.dead_letters.total()
