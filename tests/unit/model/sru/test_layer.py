"""The layer: which parameters it owns and how they start."""

import math

import pytest
import torch

from emotag_model.sru.fast import bisru
from emotag_model.sru.layer import BiSru


def test_highway_is_projected_only_where_the_widths_differ() -> None:
    assert BiSru(10, 4).projection.shape == (4, 2, 4, 10)
    assert BiSru(8, 4).projection.shape == (3, 2, 4, 8)


def test_initial_variances_are_those_of_the_paper() -> None:
    torch.manual_seed(0)
    layer = BiSru(300, 200)
    candidate, forget, reset, highway = (matrix.var().item() for matrix in layer.projection)
    assert candidate == pytest.approx(1 / 300, rel=0.05)
    assert forget == pytest.approx(0.5 / 300, rel=0.05)
    assert reset == pytest.approx(0.5 / 300, rel=0.05)
    assert highway == pytest.approx(layer.scale**2 / 300, rel=0.05)
    assert layer.recurrent.var().item() == pytest.approx(0.5, rel=0.2)


@pytest.mark.parametrize("highway_bias", [0.0, -2.0])
def test_highway_bias_sets_reset_gate_and_scale(highway_bias: float) -> None:
    layer = BiSru(6, 3, highway_bias=highway_bias)
    assert not layer.bias[0].any()
    assert (layer.bias[1] == highway_bias).all()
    assert layer.scale == math.sqrt(1 + 2 * math.exp(highway_bias))


def test_output_keeps_the_variance_of_a_normalised_input() -> None:
    torch.manual_seed(0)
    states = BiSru(128, 64)(torch.randn(40, 32, 128), torch.ones(40, 32, dtype=torch.bool))
    assert states.var().item() == pytest.approx(1, rel=0.35)


def test_forward_is_the_fast_path_over_its_own_parameters() -> None:
    torch.manual_seed(0)
    layer, inputs = BiSru(5, 2), torch.randn(3, 2, 5)
    mask = torch.tensor([[True, True], [True, True], [True, False]])
    assert torch.equal(layer(inputs, mask), bisru(inputs, mask, layer.weights))
    assert layer(inputs, mask).shape == (3, 2, 4)


def test_parameters_survive_a_round_trip_through_a_state_dict() -> None:
    first, second = BiSru(5, 2), BiSru(5, 2)
    second.load_state_dict(first.state_dict())
    assert set(first.state_dict()) == {"projection", "recurrent", "bias"}
    assert torch.equal(first.projection, second.projection)
