"""The fused classifier: what the separate projections compute, in one product."""

import pytest
import torch

from emotag_model.network.fused_classifier import fuse_classifier
from tests.unit.model.network.networks import make_network


@pytest.mark.parametrize("heads", [1, 4, 16])
def test_it_is_value_output_and_classifier_after_each_other(heads: int) -> None:
    network = make_network(sru_size=8, attention_heads=heads, conv_channels=(12, 5))
    attention = network.attention
    convolved, strongest = torch.randn(3, 5), torch.randn(3, 8)
    read = torch.randn(3, heads, 16)  # the weighted states of each head
    with torch.no_grad():
        values = attention.value.weight.view(heads, -1, 16)
        mixed = torch.einsum("bnh,ndh->bnd", read, values).flatten(1) + attention.value.bias
        expected = network.classifier(torch.cat([convolved, attention.output(mixed), strongest], dim=1))
        classifier, bias = fuse_classifier(network)
        got = torch.cat([convolved, read.flatten(1), strongest], dim=1) @ classifier + bias
    assert (classifier.dtype, bias.dtype) == (torch.float32, torch.float32)
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)
