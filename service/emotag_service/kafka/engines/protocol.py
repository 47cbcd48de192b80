"""The seam between the tagger and what computes its tags: an engine in this process, or a service over gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from emotag_service.kafka.records.codec import Reading
    from emotag_service.messages.tag import MessageTag
    from emotag_service.messages.untaggable import Fault


class Session(Protocol):
    """One partition's way to the engine: fair against the others, and cancelled alone."""

    async def submit(self, readings: Sequence[Reading]) -> Awaitable[Sequence[MessageTag | Fault]]:
        """Hand over texts, in order; waits while the engine is full.

        Returns:
            What gives one tag or fault for each, in order. Whatever may pass (overload, a draining or absent
            service, no replica) is waited out with growing backoff inside, not answered as a fault.
        """

    async def close(self) -> None:
        """Cancel what has no answer yet. Idempotent."""


class TagEngine(Protocol):
    """What computes tags."""

    async def start(self) -> None:
        """Make it ready. Raises emotag_service.kafka.errors.EngineUnavailableError when it cannot be."""

    def session(self, name: str) -> Session:
        """Open a session; close it when its partition goes."""

    async def close(self) -> None:
        """End it; sessions are closed before."""
