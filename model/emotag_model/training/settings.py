"""Everything that decides what a training run yields, beside its data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from emotag_model.training.errors import TrainingError


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """The recipe; the defaults are those of the checkpoint that ships."""

    name: str = "emotag-base"
    version: str = "1.0.0"
    seed: int = 1
    epochs: int = 8
    patience: int = 3  # epochs without a better dev macro-F1 until the run ends early
    threads: int = 1  # sums differ in their last bits with the number of threads, and so do results
    batch_size: int = 64
    learning_rate: float = 1.5e-3
    embedding_rate: float = 0.3  # learning rate of the word vectors, as a share of the others'
    weight_decay: float = 0.01
    average_decay: float = 0.999  # of the weights' moving average, which is what is evaluated and kept
    coarse_weight: float = 0.5  # of the loss over the Ekman labels beside that over the fine ones
    glove_words: int = 32_000  # most frequent words of GloVe in the vocabulary, beside those of the messages
    vector_scale: float = 0.4  # standard deviation that the word vectors start with
    max_tokens: int = 256  # read of a message when serving
    train_tokens: int = 64  # read of a message when training: holds 99.9 % of GoEmotions whole
    conv_channels: tuple[int, ...] = (128, 64)
    sru_size: int = 64
    sru_layers: int = 1
    attention_heads: int = 8
    dropout: float = 0.3
    embedding_dropout: float = 0.2
    word_dropout: float = 0.05

    def __post_init__(self) -> None:
        for name in ("epochs", "patience", "threads", "batch_size", "glove_words", "max_tokens", "train_tokens"):
            if getattr(self, name) < 1:
                raise TrainingError(f"{name} is {getattr(self, name)}; it must be at least 1")
        for name in ("learning_rate", "embedding_rate", "vector_scale"):
            if not 0 < getattr(self, name) < float("inf"):
                raise TrainingError(f"{name} is {getattr(self, name)}; it must be a positive number")
        for name in ("seed", "coarse_weight", "weight_decay"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise TrainingError(f"{name} is {getattr(self, name)}; it must not be negative")
        if not 0 <= self.average_decay < 1:
            raise TrainingError(f"average_decay is {self.average_decay}; it must lie in [0, 1)")

    def to_dict(self) -> dict[str, Any]:
        """Return the settings in JSON's types."""
        return {**asdict(self), "conv_channels": list(self.conv_channels)}

    def differences(self, stored: dict[str, Any]) -> list[str]:
        """Name the settings in which another run's, in `to_dict`'s form, differ: "seed 1 → 2"."""
        own = self.to_dict()
        names = [field.name for field in fields(self)]
        return [f"{name} {stored.get(name)} → {own[name]}" for name in names if stored.get(name) != own[name]]
