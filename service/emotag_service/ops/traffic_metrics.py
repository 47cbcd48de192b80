"""What became of the calls, or requests, of a front, as metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_service.ops.families import counter, gauge, histogram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.core import Metric

    from emotag_service.contract.traffic import Traffic


@dataclass(frozen=True, slots=True)
class TrafficMetrics:
    """Collects from a front's traffic, as soon as there is one.

    Attributes:
        traffic: Returns it; None until then.
        name: What the counter is called.
        what: The same for people.
        way: The label of what callers take.
        end: The label of how it ends.
    """

    traffic: Callable[[], Traffic | None]
    name: str
    what: str
    way: str
    end: str

    def collect(self) -> Iterable[Metric]:
        """Of Prometheus' client: read the figures."""
        traffic = self.traffic()
        if traffic is None:
            return
        seconds = {way: one.copy() for way, one in dict(traffic.seconds).items()}
        yield counter(self.name, f"{self.what} that ended.", dict(traffic.ended).items(), self.way, self.end)
        yield gauge(f"{self.name}_open", f"{self.what} under way, streams among them.", dict(traffic.open), self.way)
        took = f"How long {self.what} took that are no streams."
        yield histogram(f"{self.name.removesuffix('s')}_duration_seconds", took, seconds, self.way)
