"""Counts what becomes of messages: the figures that metrics are made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag_service.engine.errors import (
    CancelledMessageError,
    ComputeError,
    DrainingError,
    ExpiredError,
    InvalidMessageError,
    MessageError,
    NoReplicaError,
    QueueFullError,
)

if TYPE_CHECKING:
    from emotag_service.engine.room import Amount

_KINDS: dict[type[MessageError], str] = {
    InvalidMessageError: "invalid",
    QueueFullError: "refused",
    DrainingError: "refused",
    NoReplicaError: "refused",
    ExpiredError: "expired",
    CancelledMessageError: "cancelled",
    ComputeError: "failed",
}
_SMOOTHING = 0.1  # weight of the newest batch in the rate
_SHORTEST_WAIT, _LONGEST_WAIT = 0.01, 10.0  # seconds
_FREED = 0.25  # share of what is held that should be gone before a refused message comes again


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStats:
    """A snapshot. Counts are since the start; every submitted message ends in exactly one of them.

    Attributes:
        held: Messages that have no tag yet, waiting or computed.
        held_bytes: Their bytes of UTF-8.
        tagged: Messages with a label.
        refused: For want of room, while draining, or for want of a replica.
        invalid: Not taggable.
        expired: Out of time.
        cancelled: By their callers.
        failed: The model failed on them.
        batches: Batches computed.
        tokens: Tokens computed.
        messages_per_second: Of all serving replicas while they compute, lately; 0 before the first batch.
        replicas: State of every replica by name.
    """

    held: int
    held_bytes: int
    tagged: int
    refused: int
    invalid: int
    expired: int
    cancelled: int
    failed: int
    batches: int
    tokens: int
    messages_per_second: float
    replicas: dict[str, str]


@dataclass(slots=True)
class Counters:
    """Counts since the start. Belongs to the engine's event loop.

    Attributes:
        errors: Messages without a label, by kind.
        rate: Messages per second of one replica while it computes, smoothed.
    """

    tagged: int = 0
    batches: int = 0
    tokens: int = 0
    rate: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)

    def count_error(self, error: MessageError) -> None:
        """Count a message that got no label."""
        kind = next((_KINDS[each] for each in type(error).__mro__ if each in _KINDS), "failed")
        self.errors[kind] += 1

    def count_batch(self, messages: int, tokens: int, seconds: float) -> None:
        """Count a computed batch."""
        self.batches += 1
        self.tokens += tokens
        if seconds > 0:
            rate = messages / seconds
            self.rate = rate if not self.rate else self.rate + _SMOOTHING * (rate - self.rate)

    def stats(self, held: Amount, replicas: dict[str, str]) -> EngineStats:
        """Return a snapshot."""
        return EngineStats(
            held=held.messages,
            held_bytes=held.size,
            tagged=self.tagged,
            refused=self.errors["refused"],
            invalid=self.errors["invalid"],
            expired=self.errors["expired"],
            cancelled=self.errors["cancelled"],
            failed=self.errors["failed"],
            batches=self.batches,
            tokens=self.tokens,
            messages_per_second=self.rate * sum(state == "serving" for state in replicas.values()),
            replicas=replicas,
        )

    def retry_after(self, held: int, replicas: int) -> float:
        """Estimate the seconds until a quarter of what is held is gone."""
        rate = self.rate * max(1, replicas)
        if not rate:
            return 1.0
        return min(max(held * _FREED / rate, _SHORTEST_WAIT), _LONGEST_WAIT)
