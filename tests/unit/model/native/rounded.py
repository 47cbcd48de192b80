"""The slow truth of the products in whole numbers: the torch network, its rows and weights rounded by the same rule."""

import copy

import torch


def rounded(network):
    """Return a copy whose later convolutions and whose attention's queries and keys multiply whole levels."""
    network = copy.deepcopy(network).eval()
    with torch.no_grad():
        for conv in network.conv.convs[1:]:
            conv.weight.copy_(levels(conv.weight, 127, dim=1))  # [out, in, tap]: of each output and tap
            conv.register_forward_pre_hook(lambda _, given: (levels(given[0], 255, dim=1),))  # [B, C, T]: a token's
        for linear in (network.attention.query, network.attention.key):
            linear.weight.copy_(levels(linear.weight, 2047, dim=-1))
            linear.register_forward_pre_hook(lambda _, given: (levels(given[0], 2047, dim=-1),))
    return network


def levels(values, most, dim):
    """Round to multiples of the `most`-th part of what is largest along `dim`."""
    largest = values.abs().amax(dim=dim, keepdim=True).clamp(min=1e-30)
    return torch.round(values * (most / largest)) * (largest / most)
