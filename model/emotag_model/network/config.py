"""The sizes of a CNN-BiSRU: everything that is needed, beside the weights, to build the network."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

_COUNTS = (
    "vocabulary_size",
    "embedding_size",
    "label_count",
    "kernel_size",
    "sru_size",
    "sru_layers",
    "attention_heads",
)
_RATES = ("dropout", "embedding_dropout", "word_dropout")


@dataclass(frozen=True, kw_only=True, slots=True)
class CnnBiSruConfig:
    """Sizes of the network; the defaults are the published ones. Validates itself.

    Attributes:
        vocabulary_size: words, including the ids 0 (padding) and 1 (unknown).
        embedding_size: width of a word vector.
        label_count: logits per message.
        conv_channels: output channels of the convolutions of the CNN channel, first to last.
        kernel_size: width of every convolution in tokens; odd, so that a token stays in the middle of its window.
        sru_size: state size of one direction of a BiSRU layer; a layer's output is twice as wide.
        sru_layers: BiSRU layers on top of each other.
        attention_heads: heads of the attention over the BiSRU's output; divides ``2 * sru_size``.
        dropout: rate between layers and before the classifier, in training only.
        embedding_dropout: rate on the word vectors, in training only.
        word_dropout: share of the words read as unknown (id 1), in training only.

    Raises:
        ValueError: a field is out of range; the message names it and what it may be.
    """

    vocabulary_size: int = 10_000
    embedding_size: int = 300
    label_count: int = 6
    conv_channels: tuple[int, ...] = (128, 64)
    kernel_size: int = 3
    sru_size: int = 64
    sru_layers: int = 1
    attention_heads: int = 8
    dropout: float = 0.3
    embedding_dropout: float = 0.0
    word_dropout: float = 0.0

    def __post_init__(self) -> None:
        for name in _COUNTS:
            _check_count(name, getattr(self, name))
        for name in _RATES:
            _check_rate(name, getattr(self, name))
        self._check_channels()
        self._check_relations()

    @property
    def fusion_size(self) -> int:
        """Width of what the classifier reads: CNN channel + attention + maximum-pooling converter."""
        return self.conv_channels[-1] + 2 * self.sru_size + self.sru_size

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON types; ``from_dict`` reads them back."""
        return asdict(self) | {"conv_channels": list(self.conv_channels)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build a config from what ``to_dict`` wrote.

        Raises:
            ValueError: a key is missing or unknown, or its value is not one that the field takes.
        """
        names = {field.name for field in fields(cls)}
        if unknown := sorted(values.keys() - names):
            raise ValueError(f"unknown network fields {unknown}: remove them; known are {sorted(names)}")
        if missing := sorted(names - values.keys()):
            raise ValueError(f"missing network fields {missing}: add them, as CnnBiSruConfig.to_dict writes them")
        channels = values["conv_channels"]
        if not isinstance(channels, list | tuple):
            raise ValueError(f"conv_channels must be a list of positive integers, got {channels!r}")  # noqa: TRY004 - one error type for a bad file
        return cls(**{**values, "conv_channels": tuple(channels)})

    def _check_channels(self) -> None:
        if not self.conv_channels:
            raise ValueError("conv_channels must name at least one convolution, e.g. (128, 64)")
        for index, channels in enumerate(self.conv_channels):
            _check_count(f"conv_channels[{index}]", channels)

    def _check_relations(self) -> None:
        if self.vocabulary_size < 2:
            raise ValueError(f"vocabulary_size must be at least 2 (padding and unknown), got {self.vocabulary_size}")
        if self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {self.kernel_size}")
        if (2 * self.sru_size) % self.attention_heads:
            raise ValueError(
                f"attention_heads must divide 2 * sru_size = {2 * self.sru_size}, got {self.attention_heads}",
            )


def _check_count(name: str, value: object) -> None:
    if type(value) is not int or value < 1:  # bool is an int too, and JSON has it
        raise ValueError(f"{name} must be a positive integer, got {value!r}")


def _check_rate(name: str, value: object) -> None:
    if type(value) not in (int, float) or not 0 <= value < 1:  # type: ignore[operator]
        raise ValueError(f"{name} must be a number in [0, 1), got {value!r}")
