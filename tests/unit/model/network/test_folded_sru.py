"""The folded BiSRU channel: the same states as the layers, padding exactly zero."""

import pytest
import torch

from emotag_model.network.folded_sru import FoldedSru
from emotag_model.network.masking import token_mask
from emotag_model.network.token_batch import TokenBatch
from emotag_model.sru.naive import naive_bisru
from tests.unit.model.network.networks import SIZES, make_batch, make_network

FOLDABLE = ["published", "two layers, other widths", "unprojected highway"]


@pytest.mark.parametrize("name", FOLDABLE)
@pytest.mark.parametrize("lengths", [[7, 7, 7], [9, 1, 0, 4], [1], [0], [63, 60]])
def test_states_are_those_of_the_reference_and_padding_is_zero(name: str, lengths: list[int]) -> None:
    network = make_network(**SIZES[name])
    ids, counts = make_batch(lengths)
    mask = token_mask(counts, ids.shape[1]).t()
    with torch.no_grad():
        states = network.embedding(ids.t())
        for layer in network.sru:
            states = naive_bisru(states, mask, layer.weights)
        got = FoldedSru.fold(network.embedding.weight, network.sru)(TokenBatch.of(ids, counts))
    torch.testing.assert_close(got, states, atol=1e-5, rtol=1e-5)
    assert not got[~mask].any()
