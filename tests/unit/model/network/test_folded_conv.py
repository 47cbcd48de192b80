"""The folded CNN channel: its table and its shifted products."""

import pytest
import torch

from emotag_model.network.folded_conv import FoldedConv
from emotag_model.network.masking import token_mask
from emotag_model.network.token_batch import TokenBatch
from tests.unit.model.network.networks import SIZES, VOCABULARY_SIZE, make_batch, make_network

FOLDABLE = ["published", "one convolution", "three wide convolutions", "width-one convolutions"]


@pytest.mark.parametrize("name", FOLDABLE)
@pytest.mark.parametrize("lengths", [[7, 7, 7], [9, 1, 0, 4], [1], [0]])
def test_responses_are_those_of_the_channel(name: str, lengths: list[int]) -> None:
    network = make_network(**SIZES[name])
    ids, counts = make_batch(lengths)
    with torch.no_grad():
        mask = token_mask(counts, ids.shape[1])
        expected = network.conv(network.embedding(ids) * mask.unsqueeze(-1), mask)
        got = FoldedConv.fold(network.embedding.weight, network.conv.convs)(TokenBatch.of(ids, counts))
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)


def test_the_table_adds_nothing_for_padding_and_knows_its_vocabulary() -> None:
    network = make_network()
    with torch.no_grad():
        folded = FoldedConv.fold(network.embedding.weight, network.conv.convs)
    left, middle, right = folded.table.view(3, VOCABULARY_SIZE, -1)[:, 0]
    assert not left.any()
    assert not right.any()
    assert (middle < -1e20).all()
    assert folded.vocabulary_size == VOCABULARY_SIZE


def test_convolutions_without_bias_fold_too() -> None:
    network = make_network()
    for conv in network.conv.convs:
        conv.bias = None
    ids, counts = make_batch([6, 3])
    with torch.no_grad():
        mask = token_mask(counts, ids.shape[1])
        expected = network.conv(network.embedding(ids) * mask.unsqueeze(-1), mask)
        got = FoldedConv.fold(network.embedding.weight, network.conv.convs)(TokenBatch.of(ids, counts))
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)
