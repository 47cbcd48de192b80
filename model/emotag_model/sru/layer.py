"""A bidirectional SRU layer as a module: it owns the parameters and their initialisation."""

import math

import torch
from torch import Tensor, nn

from emotag_model.sru.fast import bisru
from emotag_model.sru.weights import SruWeights


class BiSru(nn.Module):
    """Bidirectional SRU: [T, B, input_size] → [T, B, 2 · size], initialised as the authors' package does.

    Where ``input_size`` equals ``2 * size`` the highway carries the input times ``scale``, else a projection of it;
    ``scale = sqrt(1 + 2·exp(highway_bias))`` keeps the output's variance at that of the input (paper, section 3.2).
    """

    def __init__(self, input_size: int, size: int, *, highway_bias: float = 0.0) -> None:
        super().__init__()
        self.highway_bias = highway_bias
        self.scale = math.sqrt(1 + 2 * math.exp(highway_bias))
        matrices = 3 if input_size == 2 * size else 4
        self.projection = nn.Parameter(torch.empty(matrices, 2, size, input_size))
        self.recurrent = nn.Parameter(torch.empty(2, 2, size))
        self.bias = nn.Parameter(torch.empty(2, 2, size))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Variance 1/input_size for the matrices and 1/2 for v, gates damped by √½ as they sum two terms."""
        bound = math.sqrt(3 / self.projection.shape[-1])
        nn.init.uniform_(self.projection, -bound, bound)
        nn.init.uniform_(self.recurrent, -math.sqrt(1.5), math.sqrt(1.5))
        nn.init.zeros_(self.bias)
        with torch.no_grad():
            self.projection[1:3] *= math.sqrt(0.5)
            self.projection[3:] *= self.scale
            self.bias[1] = self.highway_bias

    @property
    def weights(self) -> SruWeights:
        """The parameters as the functions of this package take them."""
        return SruWeights(self.projection, self.recurrent, self.bias, self.scale)

    def forward(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """Inputs [T, B, input_size] and mask [T, B], True at tokens → states [T, B, 2 · size], zero at padding."""
        return bisru(inputs, mask, self.weights)
