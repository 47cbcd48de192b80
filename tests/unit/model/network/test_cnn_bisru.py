"""The trainable network: the two channels and their fusion, independence of the batch, training, autocast."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.fused_classifier import fuse_classifier
from emotag_model.sru.naive import naive_bisru
from tests.unit.model.network.networks import SIZES, VOCABULARY_SIZE, make_batch, make_network


def unbatched_truth(network: CnnBiSru, ids: Tensor) -> Tensor:
    """One message [T], from the reference SRU, torch's attention and no mask at all."""
    words = network.embedding(ids)
    hidden = words.t().unsqueeze(0)
    for conv in network.conv.convs:
        hidden = functional.conv1d(hidden, conv.weight, conv.bias, padding=conv.padding).relu()
    states = words.unsqueeze(1)
    for layer in network.sru:
        states = naive_bisru(states, torch.ones(len(ids), 1, dtype=torch.bool), layer.weights)
    parts = [network.attention.query, network.attention.key, network.attention.value]
    attended, _ = functional.multi_head_attention_forward(
        *[states] * 3,
        embed_dim_to_check=states.shape[-1],
        num_heads=network.config.attention_heads,
        in_proj_weight=torch.cat([part.weight for part in parts]),
        in_proj_bias=torch.cat([parts[0].bias, torch.zeros_like(parts[0].bias), parts[2].bias]),
        bias_k=None,
        bias_v=None,
        add_zero_attn=False,
        dropout_p=0.0,
        out_proj_weight=network.attention.output.weight,
        out_proj_bias=network.attention.output.bias,
    )
    forward, backward = states[:, 0].amax(dim=0).chunk(2)
    fused = torch.cat([hidden[0].amax(dim=1), attended[:, 0].mean(dim=0), torch.maximum(forward, backward)])
    return network.classifier(fused)


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
def test_logits_are_those_of_the_message_alone_whatever_the_batch(sizes: dict[str, Any]) -> None:
    network = make_network(**sizes)
    ids, lengths = make_batch([17, 1, 2, 9, 17, 16], steps=23)
    with torch.no_grad():
        logits = network(ids, lengths)
        for index, length in enumerate(lengths.tolist()):
            truth = unbatched_truth(network, ids[index, :length])
            torch.testing.assert_close(logits[index], truth, atol=1e-5, rtol=1e-5)
    assert logits.shape == (6, network.config.label_count)


def test_published_sizes_fuse_three_parts_into_256() -> None:
    network = CnnBiSru(CnnBiSruConfig())
    assert network.embedding.weight.shape == (10_000, 300)
    assert network.classifier.weight.shape == (6, 64 + 128 + 64)


def test_explain_adds_evidence_that_sums_to_the_logits_and_changes_none() -> None:
    network = make_network()
    ids, lengths = make_batch([5, 1, 8])
    logits, evidence = network.explain(ids, lengths)
    assert torch.equal(logits, network(ids, lengths))
    bias = fuse_classifier(network)[1]
    torch.testing.assert_close(evidence.sum(dim=1) + bias, logits, atol=1e-5, rtol=1e-5)
    assert not evidence[torch.arange(8) >= lengths.unsqueeze(1)].any()


def test_the_padding_row_and_the_ids_behind_a_message_are_never_read() -> None:
    network = make_network()
    ids, lengths = make_batch([3, 8])
    logits = network(ids, lengths)
    with torch.no_grad():
        network.embedding.weight[0] = -3.0
    torch.testing.assert_close(network(ids, lengths), logits)
    torch.testing.assert_close(network(ids.masked_fill(ids == 0, 5), lengths), logits)


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
def test_no_token_at_all_gives_finite_logits_and_gradients(sizes: dict[str, Any]) -> None:
    network = make_network(**sizes).train()
    ids, lengths = make_batch([0, 4])
    logits = network(ids, lengths)
    logits.square().sum().backward()
    assert logits.isfinite().all()
    assert all(parameter.grad is None or parameter.grad.isfinite().all() for parameter in network.parameters())


def test_every_parameter_is_trained() -> None:
    network = make_network(sru_layers=2).train()
    ids, lengths = make_batch([9, 4, 7])
    network(ids, lengths).square().sum().backward()
    untrained = [name for name, parameter in network.named_parameters() if not parameter.grad.any()]
    assert not untrained


def test_training_learns_to_tell_word_order() -> None:
    """A bag of words could not: the two classes hold the same words, in opposite order."""
    torch.manual_seed(0)
    network = CnnBiSru(CnnBiSruConfig(vocabulary_size=10, embedding_size=16, label_count=1, sru_size=16, dropout=0.1))
    ids = torch.tensor([[2, 3, 4, 5], [5, 4, 3, 2]]).repeat(8, 1)
    lengths, targets = torch.full((16,), 4), torch.tensor([[0.0], [1.0]]).repeat(8, 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    for _ in range(40):
        loss = nn.functional.binary_cross_entropy_with_logits(network(ids, lengths), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        assert torch.equal(network.eval()(ids, lengths) > 0, targets.bool())


def test_dropouts_act_in_training_only() -> None:
    ids, lengths = make_batch([12, 12])
    for rate in ("dropout", "embedding_dropout", "word_dropout"):
        rates = {"dropout": 0.0, rate: 0.5}
        network = make_network(**rates)
        assert torch.equal(network(ids, lengths), network(ids, lengths)), rate
        network.train()
        assert not torch.equal(network(ids, lengths), network(ids, lengths)), rate


def test_word_dropout_reads_unknown_and_spares_padding() -> None:
    network = make_network(word_dropout=0.999999, dropout=0.0)
    ids, lengths = make_batch([6, 2])
    expected = network(ids.clamp(max=1), lengths)  # every word unknown, padding still padding
    torch.testing.assert_close(network.train()(ids, lengths), expected)


def test_bfloat16_autocast_stays_near_and_trains() -> None:
    network = make_network(sru_layers=2)
    ids, lengths = make_batch([20, 3, 11, 1])
    exact = network(ids, lengths)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        narrowed = network(ids, lengths)
        loss = narrowed.float().square().sum()
    loss.backward()
    torch.testing.assert_close(narrowed.float(), exact, atol=0.1, rtol=0.1)
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


def test_forward_asks_the_device_for_no_value() -> None:
    """Tensors on the meta device have no values: whatever waited for one would fail."""
    network = make_network().to("meta")
    ids, lengths = (tensor.to("meta") for tensor in make_batch([4, 2]))
    logits, evidence = network.explain(ids, lengths)
    assert (logits.shape, evidence.shape) == ((2, 6), (2, 4, 6))


def test_a_state_dict_rebuilds_the_same_network() -> None:
    network, other = make_network(1), make_network(2)
    ids, lengths = make_batch([4, 2])
    assert not torch.equal(network(ids, lengths), other(ids, lengths))
    other.load_state_dict(network.state_dict())
    assert torch.equal(network(ids, lengths), other(ids, lengths))


def test_an_id_outside_the_vocabulary_is_an_error() -> None:
    with pytest.raises(IndexError):
        make_network()(torch.tensor([[VOCABULARY_SIZE]]), torch.tensor([1]))
