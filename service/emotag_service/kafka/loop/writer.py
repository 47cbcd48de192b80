"""What a lane writes with, and what can come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.kafka.records.record import Written


class Writer(Protocol):
    """Writes one partition's records and the offsets that go with them.

    After any error it is of no more use: close it, start a new one, and read on from what is committed.
    """

    async def start(self) -> int | None:
        """Take the partition over from whoever wrote for it before; return the offset to go on from, or None."""

    async def begin(self) -> None:
        """Begin a transaction."""

    async def send(self, written: Sequence[Written], *, alone: bool = False) -> None:
        """Hand records over, in order; waits while too much is under way.

        Args:
            written: What to write.
            alone: One write per record, so that a refusal names it.
        """

    async def commit(self, offset: int) -> None:
        """Make everything since `begin` visible, together with `offset`, the next to be read.

        Raises:
            RefusedError: A topic refused a record for what is in it.
        """

    async def abort(self) -> None:
        """Undo everything since `begin`, as far as the cluster still listens."""

    async def close(self) -> None:
        """Let go; never raises."""
