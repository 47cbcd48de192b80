"""The folded attention: merged projections, and scores too large or too small for the short way."""

import pytest
import torch
from torch import Tensor

from emotag_model.network.attention import PooledAttention
from emotag_model.network.folded_attention import FoldedAttention
from emotag_model.network.masking import pooling_mask
from emotag_model.network.token_batch import TokenBatch
from tests.unit.model.network.networks import make_batch


def compare(lengths: list[int], heads: int, factor: float) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """(values read per message, weights) of the folded and of the trainable attention, scores grown by ``factor``."""
    torch.manual_seed(0)
    attention = PooledAttention(16, heads)
    with torch.no_grad():
        attention.query.weight *= factor
        attention.query.bias *= factor
        ids, counts = make_batch(lengths)
        states = torch.randn(*ids.shape, 16) * (ids != 0).unsqueeze(-1)
        expected = attention(states, pooling_mask(counts, ids.shape[1]))
        batch = TokenBatch.of(ids, counts)
        read, weights = FoldedAttention.fold(attention)(states.transpose(0, 1).contiguous(), batch)
        values = attention.value.weight.view(heads, -1, 16)
        mixed = torch.einsum("bnh,ndh->bnd", read.view(len(ids), heads, 16), values).flatten(1)
        got = attention.output(mixed + attention.value.bias)
    return (got, weights), expected


@pytest.mark.parametrize("heads", [1, 4, 16])
@pytest.mark.parametrize("lengths", [[7, 7, 7], [9, 1, 0, 4], [1], [0]])
def test_it_is_the_pooled_attention(lengths: list[int], heads: int) -> None:
    got, expected = compare(lengths, heads, 1.0)
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("factor", [30.0, 300.0, 3e4])
def test_scores_beyond_the_range_of_the_exponential_are_computed_the_long_way(factor: float) -> None:
    got, expected = compare([9, 5, 1, 9], 4, factor)
    torch.testing.assert_close(got, expected, atol=1e-3, rtol=1e-3)  # such scores magnify float32's own rounding
    assert all(part.isfinite().all() for part in got)
    torch.testing.assert_close(got[1].sum(dim=2), torch.ones(4, 4))


def test_a_neighbour_with_extreme_scores_changes_no_weight() -> None:
    torch.manual_seed(0)
    ids, counts = make_batch([9, 9, 9])
    states = torch.randn(9, 3, 16)
    folded = FoldedAttention.fold(PooledAttention(16, 4))
    with torch.no_grad():
        _, calm = folded(states, TokenBatch.of(ids, counts))
        states[:, 1] *= 100
        _, disturbed = folded(states, TokenBatch.of(ids, counts))
    assert not torch.allclose(disturbed[1], calm[1], atol=0.01)
    torch.testing.assert_close(disturbed[::2], calm[::2], atol=1e-6, rtol=1e-5)
