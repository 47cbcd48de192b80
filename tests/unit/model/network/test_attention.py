"""The pooled attention against torch's own multi-head attention, averaged over the tokens."""

import pytest
import torch
from torch import Tensor, nn

from emotag_model.network.attention import PooledAttention


def torch_twin(attention: PooledAttention) -> nn.MultiheadAttention:
    size = attention.query.in_features
    twin = nn.MultiheadAttention(size, attention.heads, batch_first=True)
    with torch.no_grad():
        twin.in_proj_weight.copy_(
            torch.cat([attention.query.weight, attention.key.weight, attention.value.weight]),
        )
        twin.in_proj_bias.copy_(torch.cat([attention.query.bias, torch.randn(size), attention.value.bias]))
    twin.out_proj.load_state_dict(attention.output.state_dict())
    return twin


def case(heads: int) -> tuple[PooledAttention, Tensor, Tensor]:
    torch.manual_seed(heads)
    mask = torch.arange(11) < torch.tensor([11, 1, 4, 7]).unsqueeze(1)
    return PooledAttention(16, heads), torch.randn(4, 11, 16) * mask.unsqueeze(-1), mask


@pytest.mark.parametrize("heads", [1, 2, 8, 16])
def test_it_is_the_masked_mean_of_multi_head_attention(heads: int) -> None:
    attention, states, mask = case(heads)
    attended, weights = torch_twin(attention)(states, states, states, key_padding_mask=~mask)
    shares = mask / mask.sum(dim=1, keepdim=True)
    pooled, mean = attention(states, mask)
    torch.testing.assert_close(pooled, (attended * shares.unsqueeze(-1)).sum(dim=1), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(mean.mean(dim=1), (weights * shares.unsqueeze(-1)).sum(dim=1), atol=1e-6, rtol=1e-5)


def test_gradients_are_those_of_multi_head_attention() -> None:
    attention, states, mask = case(4)
    twin, shares = torch_twin(attention), mask / mask.sum(dim=1, keepdim=True)
    ours, theirs = states.clone().requires_grad_(), states.clone().requires_grad_()
    attention(ours, mask)[0].square().sum().backward()
    attended, _ = twin(theirs, theirs, theirs, key_padding_mask=~mask)
    (attended * shares.unsqueeze(-1)).sum(dim=1).square().sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(attention.output.weight.grad, twin.out_proj.weight.grad, atol=1e-5, rtol=1e-4)


def test_weights_of_a_head_sum_to_one_and_padding_has_none() -> None:
    attention, states, mask = case(8)
    _, weights = attention(states, mask)
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(4, 8))
    weights = weights.transpose(1, 2)
    assert not weights[~mask].any()
    assert (weights[mask] > 0).all()
