"""Networks that the tests of this folder share."""

import torch

from emotag_model.baselines.architectures.network import ArchitectureNetwork
from emotag_model.network.config import CnnBiSruConfig
from tests.unit.model.network.networks import VOCABULARY_SIZE

CONFIG = CnnBiSruConfig(vocabulary_size=VOCABULARY_SIZE, embedding_size=20, sru_size=12, attention_heads=4)


def make_architecture(architecture, config=CONFIG, seed=0):
    """One in evaluation mode whose every parameter, biases included, matters."""
    torch.manual_seed(seed)
    network = ArchitectureNetwork(architecture, config)
    for name, parameter in network.named_parameters():
        if "bias" in name:
            torch.nn.init.normal_(parameter, std=0.5)
    with torch.no_grad():
        network.embedding.weight[0] = 7.0  # must never be read
    return network.eval()
