"""How much the engine holds, and who waits until it holds less."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_service.engine.lap import Lap
from emotag_service.engine.turns import Turns, Waiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.engine.caller import Caller, Share

_SHARE = 0.75  # of the room that one kind of caller, those who wait or those who cannot, may fill against the other
_LAP = 64  # messages granted in one lap of the event loop: half a millisecond of it to admit
_MODESTY = 3.0  # times what is free: one caller may fill three quarters of the patient's part, 16 leave a fiftieth free


@dataclass(slots=True)
class Amount:
    """Messages and their bytes."""

    messages: int = 0
    size: int = 0

    def add(self, messages: int, size: int) -> None:
        """Count in."""
        self.messages += messages
        self.size += size

    def fits(self, messages: int, size: int, bound: Amount, share: float = 1.0) -> bool:
        """Tell whether that much more stays within a share of the bound."""
        return self.messages + messages <= bound.messages * share and self.size + size <= bound.size * share


class Room:
    """Bounds what the engine holds, in messages and bytes. Belongs to the engine's event loop.

    Patient callers (streams) wait for room and are then given a claim to it: first those whose share holds least, so
    that who floods waits behind who sends little, and among equals first come first served. The others take what is
    free or are refused. Neither kind may starve the other: the patient fill at most three quarters, and while one of
    them waits so do the others.

    A lap of the event loop grants one frame, or several small ones. Were all granted that wait, each lap would admit
    the frames of all streams, and a call that takes some laps would wait for as many rounds of a flood.
    """

    def __init__(self, messages: int, size: int, on_empty: Callable[[], None] = lambda: None) -> None:
        """Make one; `on_empty` is called whenever nothing is held, and no room claimed, any more."""
        self.bound = Amount(messages, size)
        self.held = Amount()  # what is claimed included
        self.claimed = Amount()
        self._on_empty = on_empty
        self._patient = Amount()  # held by, or claimed for, patient callers
        self._turns = Turns()
        self._lap = Lap(_LAP, self.wake)
        self._open = False

    @property
    def taken(self) -> Amount:
        """What messages hold, and not claims."""
        return Amount(self.held.messages - self.claimed.messages, self.held.size - self.claimed.size)

    async def wait(self, caller: Caller, messages: int, size: int) -> None:
        """Wait until that much fits and it is the caller's turn, and claim it for the caller's next submit.

        What could never fit waits until nothing patient is held, and then passes, for `submit` to refuse.
        """
        if self._open or caller.closed:
            return
        self.release_claim(caller)
        waiter = Waiter(caller, messages, size, asyncio.get_running_loop().create_future())
        self._turns.join(waiter)
        self.wake()
        try:
            await waiter.granted
        except asyncio.CancelledError:
            self._leave_queue(waiter)
            raise

    def redeem(self, caller: Caller) -> bool:
        """Turn a claim back into free room for the submit that runs now; False when the caller has none."""
        return self._return(caller)

    def release_claim(self, caller: Caller) -> None:
        """Give back room that a caller claimed and will not use, and let it wait no longer."""
        had_claim = self._return(caller)
        waiter = self._turns.of(caller)
        if waiter is not None:
            self._turns.leave(waiter)
            _resolve(waiter)
        if had_claim:
            self.wake()

    def admits(self, size: int, *, patient: bool) -> bool:
        """Tell whether one more message fits."""
        if not self.held.fits(1, size, self.bound):
            return False
        if patient or not self._turns:
            return True
        others = Amount(self.held.messages - self._patient.messages, self.held.size - self._patient.size)
        return others.fits(1, size, self.bound, _SHARE)

    def enter(self, messages: int, size: int, *, patient: bool, share: Share | None = None) -> None:
        """Count in what was admitted, of a share where it is somebody's."""
        self.held.add(messages, size)
        if share is not None:
            share.held += messages
            self._turns.move(share)
        if patient:
            self._patient.add(messages, size)

    def leave(self, messages: int, size: int, *, patient: bool, share: Share | None = None) -> None:
        """Count out what was answered; `wake` once all of it is out."""
        self.enter(-messages, -size, patient=patient, share=share)
        if not self.held.messages:
            self._on_empty()

    def wake(self) -> None:
        """Grant room to those who wait, in order, as far as it and the lap go."""
        while (waiter := self._turns.first()) is not None and (self._open or self._grantable(waiter)):
            self._turns.leave(waiter)
            if not self._open:
                self._claim(waiter)
                self._lap.note(waiter.messages)
            _resolve(waiter)

    def open(self) -> None:
        """Let everyone pass without a claim from now on: the engine is stopping and refuses what comes."""
        self._open = True
        self.wake()

    def _grantable(self, waiter: Waiter) -> bool:
        if not self._lap.fits(waiter.messages):
            return False
        fits_all = self.held.fits(waiter.messages, waiter.size, self.bound) or not self.held.messages
        fits_patient = self._patient.fits(waiter.messages, waiter.size, self.bound, _SHARE)
        return fits_all and (fits_patient or not self._patient.messages) and self._is_modest(waiter)

    def _is_modest(self, waiter: Waiter) -> bool:
        """Tell whether enough is left for others, the more the more there are who fill it ("dynamic thresholds").

        Who holds nothing is always modest. A. Choudhury and E. Hahne, "Dynamic Queue Length Thresholds for
        Shared-Memory Packet Switches", 1998.
        """
        held = waiter.caller.share.held
        free = self.bound.messages * _SHARE - self._patient.messages
        return not held or held + waiter.messages <= _MODESTY * free

    def _claim(self, waiter: Waiter) -> None:
        messages = min(waiter.messages, self.bound.messages)
        size = min(waiter.size, self.bound.size)
        waiter.caller.claim = (messages, size)
        self.claimed.add(messages, size)
        self.enter(messages, size, patient=True, share=waiter.caller.share)

    def _return(self, caller: Caller) -> bool:
        if caller.claim is None:
            return False
        messages, size = caller.claim
        caller.claim = None
        self.claimed.add(-messages, -size)
        self.leave(messages, size, patient=True, share=caller.share)
        return True

    def _leave_queue(self, waiter: Waiter) -> None:
        if self._turns.of(waiter.caller) is waiter:
            self._turns.leave(waiter)
        else:  # it was granted in the same turn of the loop in which it was cancelled
            self._return(waiter.caller)
        self.wake()


def _resolve(waiter: Waiter) -> None:
    if not waiter.granted.done():
        waiter.granted.set_result(None)
