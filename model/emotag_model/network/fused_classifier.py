"""The classifier as it acts on what the heads of the attention read: the projections in between are part of it."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from emotag_model.network.cnn_bisru import CnnBiSru


def fuse_classifier(network: "CnnBiSru") -> tuple[Tensor, Tensor]:
    """Classifier [C + N·H + D, L] and bias [L] that read the heads' weighted states: ``W_c W_o W_v``, in float64."""
    attention, classifier = network.attention, network.classifier
    size, conv_size = attention.output.in_features, network.config.conv_channels[-1]
    value, output, weight = (linear.weight.double() for linear in (attention.value, attention.output, classifier))
    before, attended, after = torch.split(weight, [conv_size, size, network.config.sru_size], dim=1)
    projected = (attended @ output).view(len(weight), attention.heads, -1)  # [L, N, H / N]
    values = value.view(attention.heads, -1, size)  # [N, H / N, H]
    read = torch.einsum("lnd,ndh->lnh", projected, values).flatten(1)
    bias = attended @ (output @ attention.value.bias.double() + attention.output.bias.double()) + classifier.bias
    return torch.cat([before, read, after], dim=1).t().float().contiguous(), bias.float()
