"""Networks and batches that the tests of this folder share."""

from typing import Any

import torch
from torch import Tensor

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig

SIZES: dict[str, dict[str, Any]] = {
    "published": {},
    "two layers, other widths": {"sru_layers": 2, "sru_size": 24, "attention_heads": 6},
    "unprojected highway": {"embedding_size": 32, "sru_size": 16},
    "one convolution": {"conv_channels": (20,)},
    "three wide convolutions": {"conv_channels": (24, 16, 8), "kernel_size": 5},
    "width-one convolutions": {"kernel_size": 1},
    "single head": {"attention_heads": 1, "label_count": 1},
}
VOCABULARY_SIZE = 97


def make_network(seed: int = 0, **sizes: Any) -> CnnBiSru:
    """A network in evaluation mode whose every parameter, biases included, matters."""
    torch.manual_seed(seed)
    defaults: dict[str, Any] = {"vocabulary_size": VOCABULARY_SIZE, "embedding_size": 20}
    network = CnnBiSru(CnnBiSruConfig(**{**defaults, **sizes}))
    for name, parameter in network.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(parameter, std=0.5)
    with torch.no_grad():
        network.embedding.weight[0] = 7.0  # must never be read
    return network.eval()


def make_batch(lengths: list[int], steps: int | None = None, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Random ids [B, T] of real words, 0 behind each length, and the lengths [B]."""
    generator = torch.Generator().manual_seed(seed)
    counts = torch.tensor(lengths)
    width = steps or max(*lengths, 1)
    ids = torch.randint(1, VOCABULARY_SIZE, (len(lengths), width), generator=generator)
    return ids * (torch.arange(width) < counts.unsqueeze(1)), counts
