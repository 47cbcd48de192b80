"""Readings are as wide as they say and heed nothing behind a message."""

import pytest
import torch

from emotag_model.baselines.architectures.readings import Attention, Converter, Mean
from emotag_model.network.config import CnnBiSruConfig

CONFIG = CnnBiSruConfig(sru_size=6, attention_heads=3)
POOLING = torch.arange(7) < torch.tensor([7, 1, 4]).unsqueeze(1)


@pytest.mark.parametrize("kind", [Attention, Mean, Converter])
def test_a_message_is_read_alone(kind):
    torch.manual_seed(0)
    reading, states = kind(CONFIG), torch.randn(3, 7, 12)
    found = reading(states, POOLING)
    assert found.shape == (3, reading.size)
    for row, length in enumerate((7, 1, 4)):
        alone = reading(states[row : row + 1, :length], POOLING[row : row + 1, :length])
        torch.testing.assert_close(found[row : row + 1], alone)


def test_the_mean_is_one():
    states = torch.arange(24.0).view(1, 2, 12)
    torch.testing.assert_close(Mean(CONFIG)(states, torch.ones(1, 2, dtype=torch.bool)), states.mean(dim=1))


def test_the_converter_takes_the_larger_of_both_directions():
    states = torch.zeros(1, 2, 12)
    states[0, 0, 2], states[0, 1, 6 + 2], states[0, 1, 5] = 3, 5, 1
    found = Converter(CONFIG)(states, torch.ones(1, 2, dtype=torch.bool))
    assert found.tolist() == [[0, 0, 5, 0, 0, 1]]
