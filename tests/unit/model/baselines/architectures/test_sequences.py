"""LSTM and GRU give the states that PyTorch gives packed sequences, and no kind gives padding any."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from emotag_model.baselines.architectures.sequences import SruStates, TorchStates
from emotag_model.sru import naive_bisru

LENGTHS = torch.tensor([9, 1, 4, 9, 2])
MASK = torch.arange(11) < LENGTHS.unsqueeze(1)


def embedded(seed=0):
    return torch.randn(5, 11, 6, generator=torch.Generator().manual_seed(seed), requires_grad=True)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_states_and_gradients_are_those_of_packed_sequences(kind):
    ours, theirs = TorchStates(kind, 6, 4), kind(6, 4, bidirectional=True, batch_first=True)
    for suffix, direction in zip(("", "_reverse"), ours.directions, strict=True):
        weights = {f"{name}{suffix}": each for name, each in direction.state_dict().items()}
        theirs.load_state_dict(weights, strict=False)
    first, second = embedded(), embedded()
    found = ours(first, MASK)
    packed = pack_padded_sequence(second, LENGTHS, batch_first=True, enforce_sorted=False)
    truth, _ = pad_packed_sequence(theirs(packed)[0], batch_first=True, total_length=11)
    torch.testing.assert_close(found, truth)
    found.square().sum().backward()
    truth.square().sum().backward()
    torch.testing.assert_close(first.grad, second.grad)


def test_the_sru_is_the_project_s():
    layer, words = SruStates(6, 4), embedded()
    truth = naive_bisru(words.transpose(0, 1), MASK.t(), layer.layer.weights).transpose(0, 1)
    torch.testing.assert_close(layer(words, MASK), truth)


@pytest.mark.parametrize(
    "layer", [SruStates(6, 4), TorchStates(nn.LSTM, 6, 4), TorchStates(nn.GRU, 6, 4)], ids=["sru", "lstm", "gru"]
)
def test_padding_has_no_part_in_states_and_has_none(layer):
    words = embedded()
    noise = torch.where(MASK.unsqueeze(-1), words, embedded(1) * 9)
    states = layer(words, MASK)
    torch.testing.assert_close(layer(noise, MASK), states)
    assert states.shape == (5, 11, 8)
    assert not states[~MASK].any()
    assert states[MASK].all()
    no_token = layer(words, torch.zeros_like(MASK))
    assert not no_token.any()
