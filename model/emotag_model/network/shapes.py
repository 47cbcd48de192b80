"""Names and shapes of a network's parameters, known without building it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag_model.network.config import CnnBiSruConfig

EMBEDDING = "embedding.weight"


def parameter_shapes(config: CnnBiSruConfig) -> dict[str, tuple[int, ...]]:
    """Return what `CnnBiSru(config).state_dict()` has, in its order."""
    size, states = config.sru_size, 2 * config.sru_size
    shapes: dict[str, tuple[int, ...]] = {EMBEDDING: (config.vocabulary_size, config.embedding_size)}
    for index, (read, given) in enumerate(pairwise((config.embedding_size, *config.conv_channels))):
        shapes[f"conv.convs.{index}.weight"] = (given, read, config.kernel_size)
        shapes[f"conv.convs.{index}.bias"] = (given,)
    for layer in range(config.sru_layers):
        width = states if layer else config.embedding_size
        shapes[f"sru.{layer}.projection"] = (3 if width == states else 4, 2, size, width)
        shapes[f"sru.{layer}.recurrent"] = shapes[f"sru.{layer}.bias"] = (2, 2, size)
    for part in ("query", "key", "value", "output"):
        shapes[f"attention.{part}.weight"] = (states, states)
        if part != "key":
            shapes[f"attention.{part}.bias"] = (states,)
    shapes["classifier.weight"] = (config.label_count, config.fusion_size)
    shapes["classifier.bias"] = (config.label_count,)
    return shapes
