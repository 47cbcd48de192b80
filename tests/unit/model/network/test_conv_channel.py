"""The CNN channel: its non-linearities and what padding may not do."""

import torch
from torch.nn import functional

from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.conv_channel import ConvChannel


def channel() -> ConvChannel:
    torch.manual_seed(0)
    made = ConvChannel(CnnBiSruConfig(embedding_size=5, conv_channels=(6, 4))).eval()
    for conv in made.convs:
        torch.nn.init.constant_(conv.bias, 0.7)  # padding answers with its bias unless it is masked
    return made


def test_without_padding_it_is_two_rectified_convolutions_and_a_maximum() -> None:
    made, embedded = channel(), torch.randn(3, 7, 5)
    first, second = made.convs
    hidden = functional.conv1d(embedded.transpose(1, 2), first.weight, first.bias, padding=1).relu()
    expected = functional.conv1d(hidden, second.weight, second.bias, padding=1).relu().amax(dim=2)
    torch.testing.assert_close(made(embedded, torch.ones(3, 7, dtype=torch.bool)), expected)


def test_convolutions_are_not_one_linear_map() -> None:
    made, mask = channel(), torch.ones(1, 4, dtype=torch.bool)
    left, right = torch.randn(2, 1, 4, 5)
    zero = made(torch.zeros_like(left), mask)
    assert not torch.allclose(made(left, mask) + made(right, mask) - zero, made(left + right, mask), atol=1e-3)


def test_padding_changes_nothing() -> None:
    made, embedded = channel(), torch.randn(1, 3, 5)
    mask = torch.arange(9).unsqueeze(0) < 3
    padded = functional.pad(embedded, (0, 0, 0, 6))
    torch.testing.assert_close(made(padded, mask), made(embedded, mask[:, :3]))


def test_a_message_without_tokens_has_no_response() -> None:
    assert not channel()(torch.zeros(2, 4, 5), torch.zeros(2, 4, dtype=torch.bool)).any()
