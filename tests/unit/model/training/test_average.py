"""The average follows the weights slowly and never leads them."""

import pytest
import torch

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.training.average import WeightAverage


@pytest.fixture
def network():
    torch.manual_seed(0)
    return CnnBiSru(CnnBiSruConfig(vocabulary_size=5, embedding_size=4, label_count=2, sru_size=4, attention_heads=1))


def fill(network, value):
    with torch.no_grad():
        for weight in network.parameters():
            weight.fill_(value)


def test_it_starts_as_a_copy(network):
    average = WeightAverage(network, 0.9)
    assert torch.equal(average.network.classifier.weight, network.classifier.weight)
    fill(network, 3.0)
    assert not torch.equal(average.network.classifier.weight, network.classifier.weight)
    assert not any(weight.requires_grad for weight in average.network.parameters())


def test_every_fourth_step_moves_it_by_four_steps_worth(network):
    fill(network, 0.0)
    average = WeightAverage(network, 0.9)
    fill(network, 1.0)
    for step in (9997, 9998, 9999):
        average.update(step)
    assert average.network.classifier.bias[0] == 0
    average.update(10_000)
    assert average.network.classifier.bias[0] == pytest.approx(1 - 0.9**4)


def test_early_on_it_moves_faster(network):
    fill(network, 0.0)
    average = WeightAverage(network, 0.999)
    fill(network, 1.0)
    average.update(4)
    assert average.network.classifier.bias[0] == pytest.approx(1 - (5 / 14) ** 4)
