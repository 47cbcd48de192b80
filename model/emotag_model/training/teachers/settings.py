"""Everything that decides what fine-tuning a transformer yields, beside its data."""

from __future__ import annotations

from dataclasses import dataclass

from emotag_model.training.pace import Pace


@dataclass(frozen=True, kw_only=True)
class TeacherSettings(Pace):
    """The settings of one MiniLM-L6 teacher."""

    epochs: int = 3
    batch_size: int = 32
    learning_rate: float = 8e-5
    head_rate: float = 12.0  # learning rate of the new head, as a multiple of the encoder's
    dropout: float = 0.1  # before the head

    @property
    def kind(self) -> str:
        """What a recipe calls networks of this kind."""
        return "minilm"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check("head_rate", 0 < self.head_rate < float("inf"), "a positive number")
        self._check("dropout", 0 <= self.dropout < 1, "in [0, 1)")
