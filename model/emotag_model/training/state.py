"""A run on disk: all that it goes on from in one file, replaced at once, so that a kill at any time is harmless."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from emotag_model.training.pace import Pace

STATE, METRICS = "state.safetensors", "metrics.jsonl"


@dataclass(frozen=True)
class EpochFigures:
    """What one epoch came to; the F1 are of the averaged weights on dev, with the best thresholds there."""

    epoch: int  # from 1
    loss: float
    basic_macro_f1: float
    ekman_macro_f1: float
    goemotions_macro_f1: float

    @property
    def score(self) -> float:
        """What epochs are compared by: the mean of the macro-F1."""
        return (self.basic_macro_f1 + self.ekman_macro_f1 + self.goemotions_macro_f1) / 3


@dataclass
class RunState:
    """Where a run stands after an epoch. Tensors: the trainer's, and below `best/` the best weights so far."""

    settings: dict[str, Any]
    data_digest: str
    step: int = 0
    history: list[EpochFigures] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)

    @property
    def best(self) -> EpochFigures:
        """The epoch with the highest score, the earliest of equals."""
        return max(self.history, key=lambda figures: figures.score)

    def stale_epochs(self) -> int:
        """Epochs since the best one."""
        return self.history[-1].epoch - self.best.epoch if self.history else 0

    def save(self, folder: Path) -> None:
        """Write the state, and `metrics.jsonl` with a line per epoch."""
        folder.mkdir(parents=True, exist_ok=True)
        history = [asdict(figures) for figures in self.history]
        fields = {"settings": self.settings, "data_digest": self.data_digest, "step": self.step, "history": history}
        partial = folder / f"{STATE}.partial"
        tensors = {name: each.contiguous() for name, each in self.tensors.items()}
        save_file(tensors, partial, metadata={"run": json.dumps(fields)})
        _replace(partial, folder / STATE)
        partial = folder / f"{METRICS}.partial"
        partial.write_text("".join(json.dumps(row) + "\n" for row in history), encoding="utf-8")
        _replace(partial, folder / METRICS)

    @classmethod
    def load(cls, folder: Path) -> RunState:
        """Read what `save` wrote. Raises TrainingError when it is missing or damaged."""
        path = folder / STATE
        if not path.is_file():
            raise TrainingError(f"{path}: no run to resume; start one without --resume")
        try:
            return cls._read(path)
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise TrainingError(f"{path}: damaged ({error}); delete it and train again") from error

    @classmethod
    def _read(cls, path: Path) -> RunState:
        with safe_open(path, framework="pt") as file:
            fields = json.loads(file.metadata()["run"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        history = [EpochFigures(**row) for row in fields["history"]]
        return cls(fields["settings"], fields["data_digest"], fields["step"], history, tensors)

    def check_same(self, settings: Pace, data_digest: str) -> None:
        """Raise TrainingError unless the run that is resumed has these settings and this data."""
        if changed := settings.differences(self.settings):
            raise TrainingError(
                f"cannot resume with other settings: {', '.join(changed)}; use the run's, or another --out"
            )
        if data_digest != self.data_digest:
            raise TrainingError("cannot resume: the data or the word vectors have changed since; use another --out")


def _replace(partial: Path, path: Path) -> None:
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(path)
