"""What one training came to, and its file: with it, the training need not be repeated."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from emotag_model.training.errors import TrainingError
from emotag_model.training.state import EpochFigures

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_model.training.data import TrainingData
    from emotag_model.training.settings import TrainingSettings


@dataclass(frozen=True, kw_only=True)
class Trained:
    """One training of one architecture.

    Attributes:
        architecture: its name.
        seed: of the weights it started from, of dropout and of the batches.
        settings: as `TrainingSettings.to_dict` writes them.
        data_digest: of the messages and word vectors.
        messages: trained on, in an epoch.
        parameters: their number.
        parameters_beside_words: their number without the rows of the vocabulary.
        history: by epoch.
        seconds: of the process's CPU time in training, by epoch.
        held_out: macro-F1 by taxonomy at the best epoch, where nothing was fitted to the messages judged.
    """

    architecture: str
    seed: int
    settings: dict[str, Any]
    data_digest: str
    messages: int
    parameters: int
    parameters_beside_words: int
    history: list[EpochFigures]
    seconds: list[float]
    held_out: dict[str, float]

    @property
    def best(self) -> EpochFigures:
        """The epoch with the highest score, the earliest of equals."""
        return max(self.history, key=lambda figures: figures.score)

    @property
    def seconds_per_epoch(self) -> float:
        """The mean."""
        return sum(self.seconds) / len(self.seconds)

    @property
    def seconds_to_best(self) -> float:
        """Up to the end of the best epoch."""
        return sum(self.seconds[: self.best.epoch])

    def to_dict(self) -> dict[str, Any]:
        """Return all of it in JSON's types."""
        return asdict(self)

    def save(self, path: Path) -> None:
        """Write the file, at once, so that a kill leaves none or a whole one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.partial")
        partial.write_text(json.dumps(self.to_dict(), indent=1) + "\n", encoding="utf-8")
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises TrainingError when it is damaged, OSError as files do."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            history = [EpochFigures(**row) for row in fields.pop("history")]
            return cls(**fields, history=history)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise TrainingError(f"{path}: damaged ({error}); delete it to train again") from error

    def check_same(self, settings: TrainingSettings, data: TrainingData, path: Path) -> None:
        """Raise TrainingError unless `path`, which it is from, is of these settings and this data."""
        if changed := settings.differences(self.settings):
            raise TrainingError(f"{path}: of other settings: {', '.join(changed)}; use those, or another --out")
        if len(data.train) != self.messages:
            raise TrainingError(
                f"{path}: of other --messages: {self.messages:,} → {len(data.train):,}; use those, or another --out"
            )
        if data.digest != self.data_digest:
            raise TrainingError(f"{path}: of other data or word vectors than --data has now; use another --out")
