"""What an engine has done and holds: the figures that metrics are made of."""

from __future__ import annotations

from dataclasses import dataclass


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
