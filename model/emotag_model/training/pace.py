"""What a trainer and a run go by, whatever network they train."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from emotag_model.training.errors import TrainingError

_SEEDS = 2**48  # torch takes 64 bits, of which the epochs want some
_COUNTS = ("epochs", "patience", "threads", "batch_size", "train_tokens")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The settings that every network is trained by."""

    seed: int = 1
    epochs: int = 8  # at most
    cycle_epochs: int = 0  # that the learning rate rises and falls over, again and again; 0: once over all epochs
    patience: int = 3  # epochs without a better dev macro-F1 until the run ends early
    threads: int = 1  # sums differ in their last bits with the number of threads, and so do results
    batch_size: int = 64
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.01
    average_decay: float = 0.999  # of the weights' moving average, which is what is evaluated and kept
    coarse_weight: float = 0.5  # of the loss over the Ekman labels beside that over the fine ones
    basic_weight: float = 1.0  # of the loss over the labels of `basic` beside that over the fine ones
    train_tokens: int = 64  # read of a message when training: holds 99.9 % of GoEmotions whole

    def __post_init__(self) -> None:
        for name in _COUNTS:
            self._check(name, getattr(self, name) >= 1, "at least 1")
        self._check("learning_rate", 0 < self.learning_rate < float("inf"), "a positive number")
        for name in ("seed", "cycle_epochs", "coarse_weight", "basic_weight", "weight_decay"):
            self._check(name, 0 <= getattr(self, name) < float("inf"), "0 or more")
        self._check("seed", self.seed < _SEEDS, f"less than {_SEEDS}")
        self._check("average_decay", 0 <= self.average_decay < 1, "in [0, 1)")

    def to_dict(self) -> dict[str, Any]:
        """Return the settings in JSON's types."""
        return {name: list(each) if isinstance(each, tuple) else each for name, each in asdict(self).items()}

    def differences(self, stored: dict[str, Any]) -> list[str]:
        """Name the settings in which another run's, in `to_dict`'s form, differ: "seed 1 → 2"."""
        own = self.to_dict()
        names = [field.name for field in fields(self)]
        return [f"{name} {stored.get(name)} → {own[name]}" for name in names if stored.get(name) != own[name]]

    def _check(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise TrainingError(f"{name} is {getattr(self, name)}; it must be {expected}")
