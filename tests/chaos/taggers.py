"""Tagger processes and their supervisor, which starts them again whatever ends them."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

from tests.chaos.slot import Command, End, Slot

STOP_SECONDS = 45.0
# In order; by the signal, while it was still starting; at a kill point that it passed on its way out.
GOOD_ENDS = {0, -signal.SIGTERM, -signal.SIGKILL}


class Taggers:
    """All of them.

    Attributes:
        exits: How often a process ended with which exit code; -9 are those that were killed.
        ends: Why those ended that nobody had told to end, or that ended otherwise than told.
    """

    def __init__(self, count: int, command: Command, folder: Path) -> None:
        self.slots = [Slot(number, command, folder / f"tagger-{number}.log") for number in range(count)]
        self.exits: Counter[int] = Counter()
        self.ends: list[str] = []

    def start(self) -> None:
        for slot in self.slots:
            slot.start()

    def tick(self) -> None:
        """Start again what has ended."""
        for slot in self.slots:
            end = slot.ended()
            if end is not None:
                self.exits[end.code] += 1
                self._note(slot, end)
            if slot.due:
                slot.start()

    def have_died(self, times: int) -> bool:
        """Whether each has killed itself so often."""
        return all(slot.deaths >= times for slot in self.slots)

    def stop(self) -> dict[int, int]:
        """Ask all to end, and return their exit codes by slot."""
        for slot in self.slots:
            slot.send(signal.SIGCONT)
            slot.send(signal.SIGTERM)
        ends = {slot: slot.wait(STOP_SECONDS) for slot in self.slots}
        for slot, end in ends.items():
            self._note(slot, end)
        return {slot.number: end.code for slot, end in ends.items()}

    def kill(self) -> None:
        """End all at once."""
        for slot in self.slots:
            slot.send(signal.SIGKILL)
            slot.wait(STOP_SECONDS)

    def _note(self, slot: Slot, end: End) -> None:
        expected = GOOD_ENDS if end.told else {-signal.SIGKILL}
        if end.code not in expected:
            self.ends.append(f"tagger {slot.number} ended with {end.code}: {end.words or 'it said nothing'}")
