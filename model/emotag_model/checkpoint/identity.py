"""Which checkpoint made a tag."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """Name and version that its makers gave a checkpoint, and the digest that only its very files have."""

    name: str
    version: str
    digest: str  # SHA-256 of the checkpoint's SHA256SUMS, lower-case hex
