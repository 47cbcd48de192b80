"""How much one caller may send."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Bounds of one caller; 0 is no bound.

    Attributes:
        messages_per_second: Messages, over all its calls.
        bytes_per_second: Bytes of its requests and frames.
        streams: Streams that are open at once.
    """

    messages_per_second: float = 0.0
    bytes_per_second: float = 0.0
    streams: int = 0

    def __post_init__(self) -> None:
        for name in ("messages_per_second", "bytes_per_second", "streams"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be 0, which is no bound, or more, not {getattr(self, name)}")
