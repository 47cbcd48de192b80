"""The Triton kernels as a function for autograd. Importing this needs triton."""

from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from emotag_model.sru.triton_kernels import backward_kernel, forward_kernel

_BLOCK = 32  # units per program: one for each thread of its one warp, so that few messages fill many processors


def triton_scan(
    projected: Tensor, inputs: Tensor, recurrent: Tensor, bias: Tensor, starts: Tensor, ends: Tensor, scale: float
) -> Tensor:
    """Projected inputs [N, G, 2, D] of B messages, which are rows ``starts`` to ``ends`` → outputs [N, 2·D].

    Differentiable once. Rows of no message give 0 and get no gradient. Computed and returned in float32, unless
    ``projected`` is float64. Equal calls give equal bits: no program writes where another does.

    Args:
        projected: Candidate, forget gate, reset gate, and the highway where G is 4.
        inputs: [N, 2·D], what the highway carries, times ``scale``, where G is 3; else not read.
        recurrent: [2, 2, D], as in `SruWeights`.
        bias: [2, 2, D], as in `SruWeights`.
        starts: [B] int64, the first row of each message.
        ends: [B] int64, the row behind its last.
        scale: As in `SruWeights`.
    """
    values = [projected, recurrent, bias] if projected.shape[1] == 4 else [projected, recurrent, bias, inputs]
    values = [value.contiguous() for value in values]
    spans = starts.contiguous(), ends.contiguous()
    if torch.is_grad_enabled() and any(value.requires_grad for value in values):
        outputs: Tensor = _TritonScan.apply(*spans, scale, *values)  # type: ignore[no-untyped-call]
        return outputs
    return _run(*spans, scale, values, keep=False)[0]


def _run(starts: Tensor, ends: Tensor, scale: float, values: list[Tensor], *, keep: bool) -> tuple[Tensor, Tensor]:
    """Outputs [N, 2·D] and, where they are to be kept, the states, else whatever."""
    projected, recurrent, bias = values[:3]
    tokens, _, _, size = projected.shape
    kind = torch.float64 if projected.dtype == torch.float64 else torch.float32
    outputs = projected.new_zeros(tokens, 2 * size, dtype=kind)
    states = torch.empty_like(outputs) if keep else outputs
    highways, scale = _highways(values, scale)
    strides = projected.stride(0), highways.stride(0)
    with _device_of(projected):
        forward_kernel[_grid(starts, size)](
            *(projected, highways, recurrent, bias, starts, ends, outputs, states, *strides, size, scale, _BLOCK, keep),
            num_warps=1,
        )
    return outputs, states


def _highways(values: list[Tensor], scale: float) -> tuple[Tensor, float]:
    """What the highway carries, a token every ``stride(0)`` values, and what it is multiplied with."""
    return (values[0][:, 3], 1.0) if len(values) == 3 else (values[3], scale)


def _grid(starts: Tensor, size: int) -> tuple[int, int, int]:
    return len(starts), 2, -(-size // _BLOCK)


def _device_of(values: Tensor) -> AbstractContextManager[None]:
    """Triton launches on the current device, whatever its arguments are on. Does nothing on a CPU."""
    device: AbstractContextManager[None] = torch.cuda.device_of(values)  # type: ignore[no-untyped-call]
    return device


class _TritonScan(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, starts: Tensor, ends: Tensor, scale: float, *values: Tensor) -> Tensor:
        outputs, states = _run(starts, ends, scale, list(values), keep=True)
        ctx.save_for_backward(starts, ends, states, *values)
        ctx.scale = scale
        return outputs

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        starts, ends, states, *values = ctx.saved_tensors
        projected, recurrent, bias = values[:3]
        size = projected.shape[-1]
        grads = [torch.zeros_like(projected), *(torch.zeros_like(value) for value in values[3:])]
        grad_highways = grads[1] if len(grads) == 2 else grads[0][:, 3]
        sums = states.new_empty(len(starts), 4, 2, size)
        highways, scale = _highways(values, ctx.scale)
        given = projected, highways, recurrent, bias, starts, ends, states, grad_outputs.contiguous()
        strides = projected.stride(0), highways.stride(0)
        with _device_of(projected):
            backward_kernel[_grid(starts, size)](
                *given, grads[0], grad_highways, sums, *strides, size, scale, _BLOCK, num_warps=1
            )
        grad_recurrent, grad_bias = sums.sum(dim=0).view(2, 2, 2, size)
        return None, None, None, grads[0], grad_recurrent.to(recurrent.dtype), grad_bias.to(bias.dtype), *grads[1:]
