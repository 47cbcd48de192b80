"""The hand that carries a schedule of faults out.

A fault that hits idle processes proves little, and after each the group needs seconds to come back; so what is due waits
until records flow again, but not for long: processes die while they start and while the group rebalances, too.
"""

from __future__ import annotations

import math
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from tests.chaos.faults import Fault, Weather
from tests.chaos.slot import Slot
from tests.chaos.taggers import Taggers

OLDEST_SHARE = 0.6
LONGEST_WAIT_SECONDS = 12.0


class Restarts(Protocol):
    """A broker, as far as it is needed here."""

    def start(self) -> None:
        """Start it and wait until it serves."""

    def stop(self) -> None:
        """End it in order."""

    def kill(self) -> None:
        """End it as a crash would."""


class Saboteur:
    """Carries a schedule out.

    Attributes:
        done: How often what was done.
        problems: A broker that did not come back.
    """

    def __init__(
        self,
        weather: Weather,
        taggers: Taggers,
        broker: Restarts,
        *,
        flowing: Callable[[], bool],
        seed: int,
        seconds: float,
    ) -> None:
        """Make one; `flowing` says whether records have come out since it was asked last."""
        self._weather, self._taggers, self._broker, self._flowing = weather, taggers, broker, flowing
        self._chance = random.Random(seed + 1)
        self._schedule = weather.schedule(seed, seconds)
        self._began = math.inf
        self._thaws: list[tuple[float, Slot, int | None]] = []
        self._outage: threading.Thread | None = None
        self.done: Counter[Fault] = Counter()
        self.problems: list[str] = []

    def begin(self) -> None:
        """Let the clock of the schedule start."""
        self._began = time.monotonic()

    @property
    def finished(self) -> bool:
        """All of the schedule is done."""
        return not self._schedule and self._is_possible(Fault.BROKER)

    def tick(self) -> None:
        """Do what is due."""
        now = time.monotonic() - self._began
        for at, slot, pid in self._thaws[:]:
            if now >= at:
                self._thaws.remove((at, slot, pid))
                self._thaw(slot, pid)
        if self._schedule and now >= self._schedule[0][0]:
            at, fault = self._schedule[0]
            if self._is_possible(fault) and (self._flowing() or now > at + LONGEST_WAIT_SECONDS):
                self._schedule.pop(0)
                self._do(fault, now)

    def rest(self) -> None:
        """Do nothing more, and put right what is wrong: nothing is frozen, the broker serves."""
        self._schedule.clear()
        for _, slot, pid in self._thaws:
            self._thaw(slot, pid)
        self._thaws.clear()
        if self._outage is not None:
            self._outage.join()

    def _do(self, fault: Fault, now: float) -> None:
        match fault:
            case Fault.KILL:
                self._signal(signal.SIGKILL, fault)
            case Fault.RESTART:
                self._signal(signal.SIGTERM, fault)
            case Fault.FREEZE:
                slot = self._signal(signal.SIGSTOP, fault)
                if slot is not None:
                    self._thaws.append((now + self._weather.freeze_seconds, slot, slot.pid))
            case Fault.BROKER:
                self._outage = threading.Thread(target=self._restart, daemon=True)
                self._outage.start()

    def _is_possible(self, fault: Fault) -> bool:
        """A broker that is away cannot go away; one that is to go gently waits until all is out, and nothing else fails."""
        away = self._outage is not None and self._outage.is_alive()
        return not away or (fault is not Fault.BROKER and not self._weather.gentle)

    def _signal(self, number: signal.Signals, fault: Fault) -> Slot | None:
        """Send it to a running tagger, mostly to the oldest, which has work in hand; a frozen one thaws before it dies."""
        running = [slot for slot in self._taggers.slots if slot.pid is not None and not slot.frozen and not slot.told]
        running.sort(key=lambda slot: slot.started)
        if not running:
            return None
        slot = running[0] if self._chance.random() < OLDEST_SHARE else self._chance.choice(running)
        if not slot.send(number):
            return None
        self.done[fault] += 1
        return slot

    def _thaw(self, slot: Slot, pid: int | None) -> None:
        if slot.pid == pid:
            slot.send(signal.SIGCONT)

    def _restart(self) -> None:
        try:
            self._broker.stop() if self._weather.gentle else self._broker.kill()
            time.sleep(self._weather.broker_seconds)  # it is how long the outage lasts
            self._broker.start()
        except Exception as error:  # noqa: BLE001 - of a thread: the run reports it
            self.problems.append(f"the broker did not come back: {error}")
        else:
            self.done[Fault.BROKER] += 1
