"""Everything that decides what a CNN-BiSRU's training yields, beside its data."""

from __future__ import annotations

from dataclasses import dataclass

from emotag_model.labels import OUTPUTS
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.training.errors import TrainingError
from emotag_model.training.pace import Pace

_MOST_TOKENS = 1 << 20
_SIZES = (
    *("conv_channels", "sru_size", "sru_layers", "attention_heads"),
    *("dropout", "embedding_dropout", "word_dropout"),
)


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
        self._check("max_tokens", self.max_tokens <= _MOST_TOKENS, f"at most {_MOST_TOKENS}, as the native core reads")
        for name in ("embedding_rate", "vector_scale"):
            self._check(name, 0 < getattr(self, name) < float("inf"), "a positive number")
        self._check("soft_weight", 0 <= self.soft_weight <= 1, "in [0, 1]")
        self.network(2, 1)  # whatever the words: sizes that do not fit are told before anything is trained

    def network(self, words: int, vector_size: int) -> CnnBiSruConfig:
        """Return the sizes of a network of so many words. Raises TrainingError when they do not fit each other."""
        sizes = {name: getattr(self, name) for name in _SIZES}
        try:
            return CnnBiSruConfig(vocabulary_size=words, embedding_size=vector_size, label_count=len(OUTPUTS), **sizes)
        except ValueError as error:
            raise TrainingError(f"the network cannot be built: {error}") from error
