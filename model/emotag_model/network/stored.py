"""The trainable network and the arrays that a checkpoint stores, each made of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from emotag_model.network.cnn_bisru import CnnBiSru

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from emotag_model.network.config import CnnBiSruConfig


def build_network(config: CnnBiSruConfig, weights: Mapping[str, NDArray[Any]]) -> CnnBiSru:
    """Build the network with these weights, in float32 on the CPU, ready for inference."""
    # Not on the meta device: drawing starting weights there imports torch's compiler, which takes seconds.
    with torch.random.fork_rng(devices=[]):
        network = CnnBiSru(config)
    network.load_state_dict({name: torch.tensor(values).float() for name, values in weights.items()}, assign=True)
    return network.eval().requires_grad_(requires_grad=False)


def stored_weights(network: CnnBiSru) -> dict[str, NDArray[Any]]:
    """Return the network's parameters, as it has them now."""
    return {name: each.detach().cpu().numpy().copy() for name, each in network.state_dict().items()}
