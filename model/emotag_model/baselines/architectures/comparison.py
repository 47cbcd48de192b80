"""An architecture's line of the table: what its trainings came to, and how far that moves with the seed."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any, Self

from emotag_model.labels import BASIC, EKMAN, GOEMOTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emotag_model.baselines.architectures.architecture import Architecture
    from emotag_model.baselines.architectures.trained import Trained


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation; of a single value there is no deviation."""

    mean: float
    deviation: float | None

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Return that of one value or more."""
        known = list(values)
        return cls(mean(known), stdev(known) if len(known) > 1 else None)

    def shown(self, form: str) -> str:
        """Return "mean ± deviation", each in the format `form`."""
        return format(self.mean, form) + ("" if self.deviation is None else f" ± {self.deviation:{form}}")


@dataclass(frozen=True)
class Comparison:
    """One architecture with its trainings, at least one, and its messages a second on one core."""

    architecture: Architecture
    trainings: Sequence[Trained]
    messages_per_second: float

    @property
    def macro_f1(self) -> dict[str, Spread]:
        """At the best epochs, by taxonomy."""
        best = [each.best for each in self.trainings]
        return {
            BASIC: Spread.of(each.basic_macro_f1 for each in best),
            EKMAN: Spread.of(each.ekman_macro_f1 for each in best),
            GOEMOTIONS: Spread.of(each.goemotions_macro_f1 for each in best),
        }

    @property
    def held_out(self) -> dict[str, Spread]:
        """As `macro_f1`, thresholds fitted to the other half of dev."""
        return {name: Spread.of(each.held_out[name] for each in self.trainings) for name in (BASIC, EKMAN, GOEMOTIONS)}

    @property
    def seconds_per_epoch(self) -> Spread:
        """Of CPU time."""
        return Spread.of(each.seconds_per_epoch for each in self.trainings)

    @property
    def seconds_to_best(self) -> Spread:
        """Of CPU time, up to the end of the best epoch."""
        return Spread.of(each.seconds_to_best for each in self.trainings)

    def to_dict(self) -> dict[str, Any]:
        """Return the trainings as they are, and the rate, in JSON's types."""
        return {
            "architecture": self.architecture.name,
            "title": self.architecture.title,
            "messages_per_second": self.messages_per_second,
            "trainings": [each.to_dict() for each in self.trainings],
        }


def compare(
    architectures: Sequence[Architecture], trainings: Sequence[Trained], rates: Sequence[float]
) -> list[Comparison]:
    """Put each architecture's trainings and its rate together."""
    return [
        Comparison(each, [one for one in trainings if one.architecture == each.name], rate)
        for each, rate in zip(architectures, rates, strict=True)
    ]
