"""Every architecture keeps the contract of the network that ships, and one of them is it."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from emotag_model.baselines.architectures.architecture import ARCHITECTURES, Architecture, find
from emotag_model.baselines.architectures.network import ArchitectureNetwork
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from tests.unit.model.baselines.architectures.networks import CONFIG, make_architecture
from tests.unit.model.network.networks import make_batch

every = pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda each: each.name)


@every
def test_logits_do_not_depend_on_padding_and_batch(architecture):
    network = make_architecture(architecture)
    ids, lengths = make_batch([17, 1, 2, 9, 17, 16], steps=23)
    noise = ids.masked_fill(ids == 0, 5)
    with torch.no_grad():
        logits = network(ids, lengths)
        torch.testing.assert_close(network(noise, lengths), logits)
        for row, length in enumerate(lengths.tolist()):
            alone = network(ids[row : row + 1, :length], lengths[row : row + 1])
            torch.testing.assert_close(logits[row : row + 1], alone, atol=1e-5, rtol=1e-5)
    assert logits.shape == (6, CONFIG.label_count)


@every
def test_every_parameter_is_trained_and_no_token_at_all_is_harmless(architecture):
    network = make_architecture(architecture).train()
    logits = network(*make_batch([9, 0, 4, 7]))
    logits.square().sum().backward()
    assert logits.isfinite().all()
    for name, parameter in network.named_parameters():
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


@every
def test_dropouts_act_in_training_only(architecture):
    ids, lengths = make_batch([12, 12])
    for rate in ("dropout", "embedding_dropout", "word_dropout"):
        network = make_architecture(architecture, replace(CONFIG, **{"dropout": 0.0, rate: 0.5}))
        assert torch.equal(network(ids, lengths), network(ids, lengths)), rate
        network.train()
        assert not torch.equal(network(ids, lengths), network(ids, lengths)), rate


def test_the_whole_is_the_network_that_ships_in_training_too():
    config = replace(CONFIG, embedding_dropout=0.2, word_dropout=0.1)
    torch.manual_seed(1)
    shipped = CnnBiSru(config)
    torch.manual_seed(1)
    whole = ArchitectureNetwork(find(["cnn-bisru"])[0], config)
    ids, lengths = make_batch([9, 3, 5])
    for mode in (True, False):
        torch.manual_seed(2)
        truth = shipped.train(mode)(ids, lengths)
        torch.manual_seed(2)
        assert torch.equal(whole.train(mode)(ids, lengths), truth)


def test_sizes_of_the_published_config():
    networks = {each.name: ArchitectureNetwork(each, CnnBiSruConfig()) for each in ARCHITECTURES}
    fusion = {name: network.classifier.in_features for name, network in networks.items()}
    assert fusion == {
        "cnn": 64,
        **dict.fromkeys(("bilstm", "bigru", "bisru"), 192),
        **dict.fromkeys(("cnn-bilstm", "cnn-bigru", "no-attention", "cnn-bisru"), 256),
        "no-converter": 192,
    }
    total, beside_words = networks["cnn"].sizes()
    assert total - beside_words == 10_000 * 300
    assert beside_words == 128 * 300 * 3 + 128 + 64 * 128 * 3 + 64 + 6 * 64 + 6


def test_a_recurrence_that_there_is_not_is_an_error():
    with pytest.raises(ValueError, match="recurrence is 'rnn'; it must be sru, lstm, gru or None"):
        ArchitectureNetwork(Architecture(name="", title="", recurrence="rnn"), CONFIG)


def _loss(network, ids, lengths, truth):
    return nn.functional.binary_cross_entropy_with_logits(network(ids, lengths), truth)


@every
def test_each_learns(architecture):
    """Two classes that are told apart by one word, behind others."""
    config = replace(CONFIG, vocabulary_size=10, label_count=1, dropout=0.1)
    network = make_architecture(architecture, config).train()
    ids = torch.tensor([[2, 3, 4, 0], [2, 3, 5, 6]]).repeat(8, 1)
    lengths, truth = torch.tensor([3, 4]).repeat(8), torch.tensor([[0.0], [1.0]]).repeat(8, 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    for _ in range(30):
        optimizer.zero_grad()
        _loss(network, ids, lengths, truth).backward()
        optimizer.step()
    with torch.no_grad():
        assert torch.equal(network.eval()(ids, lengths) > 0, truth.bool())
