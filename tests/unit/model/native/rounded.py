"""The slow truth of the products in whole numbers: the torch network, its rows and weights rounded by the same rule."""

import copy

import torch

from emotag_model.native.folding import LANE, padded
from emotag_model.native.library import load_library


def rounded(network):
    """Return a copy whose later convolutions and whose attention's queries and keys multiply whole levels."""
    network = copy.deepcopy(network).eval()
    with torch.no_grad():
        for conv in network.conv.convs[1:]:
            conv.weight.copy_(by_pieces(conv.weight, 127))  # [out, in, tap]: of each output and tap
            conv.register_forward_pre_hook(lambda _, given: (by_pieces(given[0], 255),))  # [B, C, T]: a token's
        for linear in (network.attention.query, network.attention.key):
            linear.weight.copy_(levels(linear.weight, 2047, dim=-1))
            linear.register_forward_pre_hook(lambda _, given: (levels(given[0], 2047, dim=-1),))
    return network


def as_computed(network):
    """Return `network` as the best kernel of this machine computes it: rounded, or as it is."""
    return rounded(network) if any(map(load_library().has_kernel, ("amx", "vnni"))) else network


def by_pieces(values, most):
    """Round along the channels [:, C, :], each half of them by itself where halves are whole vectors."""
    width = padded(values.shape[1])
    pieces = values.split(width // 2, dim=1) if width % (2 * LANE) == 0 else [values]
    return torch.cat([levels(each, most, dim=1) for each in pieces], dim=1)


def levels(values, most, dim):
    """Round to multiples of the `most`-th part of what is largest along `dim`."""
    largest = values.abs().amax(dim=dim, keepdim=True).clamp(min=1e-30)
    return torch.round(values * (most / largest)) * (largest / most)
