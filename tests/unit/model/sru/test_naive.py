"""The reference itself: its numbers worked out by hand, its masks, its directions."""

import math

import torch
from torch import Tensor

from emotag_model.sru.naive import naive_bisru
from emotag_model.sru.weights import SruWeights


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def scalar_weights() -> SruWeights:
    """One input, one state per direction; the backward direction differs in W alone."""
    projection = torch.tensor([[0.5, -0.5], [1.0, 1.0], [-1.0, -1.0], [2.0, 2.0]], dtype=torch.float64)
    recurrent = torch.tensor([[0.3, 0.3], [0.7, 0.7]], dtype=torch.float64)
    bias = torch.tensor([[0.1, 0.1], [0.2, 0.2]], dtype=torch.float64)
    return SruWeights(projection.view(4, 2, 1, 1), recurrent.view(2, 2, 1), bias.view(2, 2, 1), 1.0)


def by_hand(tokens: list[float], weight: float) -> list[float]:
    state, outputs = 0.0, []
    for token in tokens:
        forget = sigmoid(token + 0.3 * state + 0.1)
        reset = sigmoid(-token + 0.7 * state + 0.2)
        state = forget * state + (1 - forget) * weight * token
        outputs.append(reset * state + (1 - reset) * 2 * token)
    return outputs


def column(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64).view(-1, 1, 1)


def test_states_are_those_of_the_formula_in_both_directions() -> None:
    tokens = [1.0, -2.0, 0.5]
    states = naive_bisru(column(tokens), torch.ones(3, 1, dtype=torch.bool), scalar_weights())
    assert states.shape == (3, 1, 2)
    torch.testing.assert_close(states[:, 0, 0], column(by_hand(tokens, 0.5)).flatten())
    torch.testing.assert_close(states[:, 0, 1], column(by_hand(tokens[::-1], -0.5)[::-1]).flatten())


def test_highway_of_equal_widths_carries_the_scaled_half_of_the_input() -> None:
    closed = torch.full((2, 2, 1), -1e9, dtype=torch.float64)  # both gates shut: the output is the highway
    weights = SruWeights(torch.zeros(3, 2, 1, 2, dtype=torch.float64), closed, closed, 3.0)
    inputs = torch.tensor([[[5.0, 7.0]]], dtype=torch.float64)
    states = naive_bisru(inputs, torch.ones(1, 1, dtype=torch.bool), weights)
    assert states.tolist() == [[[15.0, 21.0]]]


def test_padding_is_zero_and_changes_no_state() -> None:
    tokens = [1.0, -2.0, 99.0, -99.0]
    mask = torch.tensor([True, True, False, False]).view(4, 1)
    states = naive_bisru(column(tokens), mask, scalar_weights())
    alone = naive_bisru(column(tokens[:2]), mask[:2], scalar_weights())
    assert torch.equal(states[:2], alone)
    assert not states[2:].any()
