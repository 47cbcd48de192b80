"""Counts what becomes of messages: the figures that metrics are made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

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
from emotag_service.engine.histogram import BYTES, MESSAGES, SECONDS, Histogram

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emotag_model.labels import Taxonomy
    from emotag_service.engine.batch import Batch
    from emotag_service.engine.caller import Entry
    from emotag_service.engine.room import Amount
    from emotag_service.engine.tag import Tag

_KINDS: dict[type[MessageError], str] = {
    InvalidMessageError: "invalid",
    QueueFullError: "refused",
    DrainingError: "refused",
    NoReplicaError: "refused",
    ExpiredError: "expired",
    CancelledMessageError: "cancelled",
    ComputeError: "failed",
}
_REASONS = [kind.reason for kind in _KINDS]
_Value = TypeVar("_Value")
_SMOOTHING = 0.1  # weight of the newest batch in the rate
_SHORTEST_WAIT, _LONGEST_WAIT = 0.01, 10.0  # seconds
_FEW = 2  # so few values cost less than counting them
_FREED = 0.25  # share of what is held that should be gone before a refused message comes again


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStats:
    """A snapshot. Counts are since the start; every submitted message ends in exactly one of them.

    Attributes:
        held: Messages that have no tag yet, waiting or computed.
        held_bytes: Their bytes of UTF-8.
        tagged: Messages with a label.
        tags: The same by taxonomy and label.
        model_tags: The same by digest of the model that made them, and (taxonomy, label).
        uncertain: How many of them had no label that passed its threshold.
        refused: For want of room, while draining, or for want of a replica.
        invalid: Not taggable.
        expired: Out of time.
        cancelled: By their callers.
        failed: The model failed on them.
        batches: Batches computed.
        tokens: Tokens computed.
        messages_per_second: Of all serving replicas while they compute, lately; 0 before the first batch.
        replicas: State of every replica by name.
        reasons: Messages without a label, by `EngineError.reason`.
        busy_seconds: How long the replica of each name has computed, those that it replaced included.
        queue_seconds: From admission until a replica took the message, of each computed message.
        compute_seconds: How long each batch was computed.
        batch_messages: Messages of each batch.
        batch_bytes: Bytes of UTF-8 of each batch's texts.
    """

    held: int
    held_bytes: int
    tagged: int
    tags: dict[str, dict[str, int]]
    model_tags: dict[str, dict[tuple[str, str], int]]
    uncertain: int
    refused: int
    invalid: int
    expired: int
    cancelled: int
    failed: int
    batches: int
    tokens: int
    messages_per_second: float
    replicas: dict[str, str]
    reasons: dict[str, int]
    busy_seconds: dict[str, float]
    queue_seconds: Histogram
    compute_seconds: Histogram
    batch_messages: Histogram
    batch_bytes: Histogram


@dataclass(slots=True)
class Counters:
    """Counts since the start. Written on the engine's event loop; `stats` may be called on any thread.

    Attributes:
        tags: Messages with a label, by taxonomy and label.
        model_tags: The same by digest of the model that made them, and (taxonomy, label).
        uncertain: How many of them had no label that passed its threshold.
        errors: Messages without a label, by kind.
        reasons: The same by `EngineError.reason`.
        rate: Messages per second of one replica while it computes, smoothed.
        queue_seconds: What computed messages waited for a replica.
        compute_seconds: How long batches were computed.
        batch_messages: Messages of computed batches.
        batch_bytes: Bytes of their texts.
    """

    tagged: int = 0
    batches: int = 0
    tokens: int = 0
    rate: float = 0.0
    tags: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    model_tags: defaultdict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    uncertain: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(_REASONS, 0)))
    queue_seconds: Histogram = field(default_factory=partial(Histogram, SECONDS))
    compute_seconds: Histogram = field(default_factory=partial(Histogram, SECONDS))
    batch_messages: Histogram = field(default_factory=partial(Histogram, MESSAGES))
    batch_bytes: Histogram = field(default_factory=partial(Histogram, BYTES))

    def expect(self, taxonomies: Iterable[Taxonomy]) -> None:
        """Count the labels of these taxonomies from zero, so that one that is never given is seen to be zero."""
        for taxonomy in taxonomies:
            self.tags[taxonomy.name].update(dict.fromkeys(taxonomy.labels, 0))

    def count_error(self, error: MessageError) -> None:
        """Count a message that got no label."""
        kind = next((_KINDS[each] for each in type(error).__mro__ if each in _KINDS), "failed")
        self.errors[kind] += 1
        self.reasons[error.reason] += 1

    def count_answers(self, answers: Sequence[tuple[Entry, Tag]]) -> None:
        """Count messages of one batch, and so of one model, that were answered after it was computed."""
        digest = answers[0][1].model.digest if answers and answers[0][1].model is not None else ""
        labelled = [(entry.job.options.taxonomy, tag.label) for entry, tag in answers if tag.error is None]
        for (taxonomy, label), times in _numbers(labelled):
            self.tags[taxonomy][label] += times
            self.model_tags[digest][taxonomy, label] += times
        self.tagged += len(labelled)
        self.uncertain += sum([tag.uncertain for _, tag in answers])
        if len(labelled) < len(answers):
            for _, tag in answers:
                if tag.error is not None:
                    self.count_error(tag.error)

    def count_batch(self, batch: Batch, tokens: int, seconds: float) -> None:
        """Count a computed batch of so many tokens."""
        messages = len(batch.entries)
        self.batches += 1
        self.tokens += tokens
        self.compute_seconds.add(seconds)
        self.batch_messages.add(messages)
        self.batch_bytes.add(sum([entry.size for entry in batch.entries]))
        # Messages of one submit were admitted at one time: a batch has few different waits.
        for admitted, times in _numbers([entry.admitted for entry in batch.entries]):
            self.queue_seconds.add(batch.taken - admitted, times)
        if seconds > 0:
            rate = messages / seconds
            self.rate = rate if not self.rate else self.rate + _SMOOTHING * (rate - self.rate)

    def stats(self, held: Amount, replicas: dict[str, str], busy_seconds: dict[str, float]) -> EngineStats:
        """Return a snapshot; `replicas` are states and `busy_seconds` times of computing, by name."""
        return EngineStats(
            held=held.messages,
            held_bytes=held.size,
            tagged=self.tagged,
            tags={name: dict(counts) for name, counts in dict(self.tags).items()},
            model_tags={digest: dict(counts) for digest, counts in dict(self.model_tags).items()},
            uncertain=self.uncertain,
            refused=self.errors["refused"],
            invalid=self.errors["invalid"],
            expired=self.errors["expired"],
            cancelled=self.errors["cancelled"],
            failed=self.errors["failed"],
            batches=self.batches,
            tokens=self.tokens,
            messages_per_second=self.rate * sum(state == "serving" for state in replicas.values()),
            replicas=replicas,
            reasons=dict(self.reasons),
            busy_seconds=busy_seconds,
            queue_seconds=self.queue_seconds.copy(),
            compute_seconds=self.compute_seconds.copy(),
            batch_messages=self.batch_messages.copy(),
            batch_bytes=self.batch_bytes.copy(),
        )

    def retry_after(self, held: int, replicas: int) -> float:
        """Estimate the seconds until a quarter of what is held is gone."""
        rate = self.rate * max(1, replicas)
        if not rate:
            return 1.0
        return min(max(held * _FREED / rate, _SHORTEST_WAIT), _LONGEST_WAIT)


def _numbers(values: Sequence[_Value]) -> Iterable[tuple[_Value, int]]:
    """Return each value with the number of times it is there; of one, as most unary calls have, without a Counter."""
    return [(value, 1) for value in values] if len(values) < _FEW else Counter(values).items()
