"""A split of a data set: the file it stands in, how many rows its makers gave it, and what it may be used for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a split may be used for: training, choosing between models, or the final figure."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"

    @property
    def held_out(self) -> bool:
        """Whether none of its texts may be trained on."""
        return self is not Role.TRAIN

    @classmethod
    def of_name(cls, name: str) -> Role:
        """Guess the role of a split that nobody registered; what sounds held out is."""
        if name.startswith(("dev", "val")):
            return cls.DEV
        return cls.TEST if name.startswith(("test", "eval", "heldout", "held_out")) else cls.TRAIN


@dataclass(frozen=True)
class Split:
    """A split: its name, its role, and its rows as registered, None where it is not."""

    name: str
    role: Role
    rows: int | None

    @classmethod
    def train(cls, rows: int, name: str = "train") -> Split:
        """Return a split to train on."""
        return cls(name, Role.TRAIN, rows)

    @classmethod
    def dev(cls, rows: int, name: str = "dev") -> Split:
        """Return a split to choose by."""
        return cls(name, Role.DEV, rows)

    @classmethod
    def test(cls, rows: int, name: str = "test") -> Split:
        """Return a split for final figures."""
        return cls(name, Role.TEST, rows)
