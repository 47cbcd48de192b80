"""Shapes without a network are those of the network."""

import pytest

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.shapes import parameter_shapes


@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"sru_layers": 3, "conv_channels": (8,)},
        {"embedding_size": 16, "sru_size": 8, "attention_heads": 2, "conv_channels": (8, 6, 4), "kernel_size": 5},
    ],
)
def test_they_are_those_of_the_network(sizes):
    config = CnnBiSruConfig(vocabulary_size=11, **sizes)
    assert list(parameter_shapes(config).items()) == [
        (name, tuple(each.shape)) for name, each in CnnBiSru(config).state_dict().items()
    ]
