"""Restarts of a broker that loses what it has just acknowledged when it is asked to end under load, as the embedded one does.

Everything fed has come out, and nothing more is fed, when it ends; the taggers stay attached.
"""

from __future__ import annotations

import time

from tests.chaos.arrivals import Arrivals
from tests.chaos.feeder import Feeder
from tests.chaos.saboteur import Restarts

# Taggers that die while their group rebalances may find that it answers no join for 40 s, until the client gives that one up.
PATIENCE = 180.0
LOOK_SECONDS = 0.05


class Calm:
    """A broker that is ended only when nothing is written to it."""

    def __init__(self, broker: Restarts, feeder: Feeder, arrivals: Arrivals) -> None:
        self._broker, self._feeder, self._arrivals = broker, feeder, arrivals

    def stop(self) -> None:
        self._feeder.pause()
        until = time.monotonic() + PATIENCE
        while self._arrivals.count < len(self._feeder.delivered):
            if time.monotonic() > until:
                missing = len(self._feeder.delivered) - self._arrivals.count
                raise TimeoutError(f"{missing} of the records fed did not come out before it was to be restarted")
            time.sleep(LOOK_SECONDS)  # the pace at which it is looked
        self._broker.stop()

    kill = stop

    def start(self) -> None:
        self._broker.start()
        self._feeder.resume()
