"""What teachers say of every message that is trained on: scores that a student learns instead of bare labels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class SoftLabels:
    """Scores [N, F] in [0, 1] of the labelled messages in their order, then of those without labels."""

    scores: NDArray[np.float32]

    @classmethod
    def of_logits(cls, logits: NDArray[np.float32]) -> Self:
        """Take one teacher's logits [N, F]."""
        return cls((1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32))

    @classmethod
    def mean(cls, teachers: Sequence[SoftLabels]) -> Self:
        """Average over teachers, who were asked about the same messages."""
        return cls(np.mean([each.scores for each in teachers], axis=0, dtype=np.float32))

    def with_certain(self, place: int, truth: NDArray[np.float32]) -> SoftLabels:
        """Return them with rows [M, F] put in from row `place` on, of which what holds is certain."""
        return SoftLabels(np.insert(self.scores, place, truth, axis=0) if len(truth) else self.scores)

    @property
    def digest(self) -> str:
        """Of the scores, in hexadecimal."""
        return hashlib.sha256(np.ascontiguousarray(self.scores).tobytes()).hexdigest()
