"""What a shadow found: how often, how far and in which labels a candidate disagrees with the live model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Comparison:
    """Counts of one candidate against one model. Written on the engine's event loop; read on any thread.

    Attributes:
        compared: Messages that both models have a label for, by taxonomy.
        disagreed: Those with another label, by (taxonomy, live label, candidate's label): as many as labels make.
        difference: Sum of how far the two scores of the live label are apart.
        dropped: Messages that were not computed, since the shadow was behind.
        failed: Messages that the candidate has no label for.
    """

    compared: Counter[str] = field(default_factory=Counter)
    disagreed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    difference: float = 0.0
    dropped: int = 0
    failed: int = 0

    def add(self, taxonomy: str, live: str, candidate: str, difference: float) -> None:
        """Count one message."""
        self.compared[taxonomy] += 1
        self.difference += abs(difference)
        if live != candidate:
            self.disagreed[taxonomy, live, candidate] += 1

    @property
    def mean_difference(self) -> float:
        """How far the two scores of the live label are apart, on average; 0 before anything was compared."""
        compared = sum(self.compared.copy().values())
        return self.difference / compared if compared else 0.0
