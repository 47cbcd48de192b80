"""The bidirectional SRU over messages of any lengths without padding, by the Triton kernels."""

from torch import Tensor
from torch.nn import functional

from emotag_model.sru.weights import SruWeights


def ragged_bisru(inputs: Tensor, offsets: Tensor, weights: SruWeights) -> Tensor:
    """Inputs [N, E] of B messages one behind the other → states [N, 2·D]; ``naive_bisru`` of each message.

    Message b is the rows ``offsets[b]`` to ``offsets[b + 1]`` of int64 [B + 1], and may have none. Otherwise as
    ``spanned_bisru``.
    """
    return spanned_bisru(inputs, offsets[:-1], offsets[1:], weights)


def spanned_bisru(inputs: Tensor, starts: Tensor, ends: Tensor, weights: SruWeights) -> Tensor:
    """As ``ragged_bisru``, of messages that are the rows ``starts`` [B] to ``ends`` [B]; rows between them give 0.

    So a padded batch can be read where it lies. Differentiable once. The recurrence is computed in float32, also under
    autocast, or in float64 where the inputs are. The kernels have been run by Triton's interpreter on a CPU and
    compiled for GPUs, but never run on one.
    """
    from emotag_model.sru.triton_scan import triton_scan  # noqa: PLC0415  # triton is there for GPUs only

    projected = functional.linear(inputs, weights.projection.flatten(0, 2))
    projected = projected.view(len(inputs), *weights.projection.shape[:3])
    return triton_scan(projected, inputs, weights.recurrent, weights.bias, starts, ends, weights.scale)
