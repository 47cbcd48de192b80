"""Everything that decides what a CNN-BiSRU's training yields, beside its data."""

from __future__ import annotations

from dataclasses import dataclass

from emotag_model.training.pace import Pace


@dataclass(frozen=True, kw_only=True)
class TrainingSettings(Pace):
    """The settings of one network; a recipe names those that differ from these."""

    name: str = "emotag-base"
    version: str = "1.0.0"
    embedding_rate: float = 0.3  # learning rate of the word vectors, as a share of the others'
    soft_weight: float = 0.7  # share of the teachers' scores in the loss of a labelled message, where there are any
    glove_words: int = 32_000  # most frequent words of GloVe in the vocabulary, beside those of the messages
    vector_scale: float = 0.4  # standard deviation that the word vectors start with
    max_tokens: int = 256  # read of a message when serving
    conv_channels: tuple[int, ...] = (128, 64)
    sru_size: int = 64
    sru_layers: int = 1
    attention_heads: int = 8
    dropout: float = 0.3
    embedding_dropout: float = 0.2
    word_dropout: float = 0.05

    @property
    def kind(self) -> str:
        """What a recipe calls networks of this kind."""
        return "cnn-bisru"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("glove_words", "max_tokens"):
            self._check(name, getattr(self, name) >= 1, "at least 1")
        for name in ("embedding_rate", "vector_scale"):
            self._check(name, 0 < getattr(self, name) < float("inf"), "a positive number")
        self._check("soft_weight", 0 <= self.soft_weight <= 1, "in [0, 1]")
