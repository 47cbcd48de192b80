"""What a test may ask of a broker, whichever it is."""

from __future__ import annotations

from typing import Protocol


class Broker(Protocol):
    """A broker, or a cluster of them. Synchronous: start and stop block until they are done."""

    @property
    def name(self) -> str:
        """Its key in the map of capabilities."""

    @property
    def bootstrap(self) -> str:
        """HOST:PORT, more of them separated by commas."""

    @property
    def pid(self) -> int | None:
        """Its process, or None when it is not up or has none of ours."""

    def start(self) -> None:
        """Start it, on the same port and data as before; wait until topics can be made. Nothing when it is up."""

    def stop(self) -> None:
        """End it in order. Idempotent."""

    def kill(self) -> None:
        """End it as a crash would. Idempotent."""

    def close(self) -> None:
        """Stop it for good, and remove its data. Idempotent."""
