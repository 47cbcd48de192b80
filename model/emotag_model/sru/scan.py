"""The sequential part of an SRU, ``c_t = lerp(x_t, c_{t-1}, sigmoid(u_t + v ⊙ c_{t-1}))``, and its gradient by hand."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def run_scan(candidates: Tensor, gates: Tensor, recurrent: Tensor) -> tuple[Tensor, Tensor]:
    """Candidates and gate inputs [T, ..., D], recurrent [..., D] → states [T + 1, ..., D] from 0 on, and forget gates.

    Without autograd; three kernels per step: ``addcmul``, ``sigmoid_``, ``lerp``.
    """
    states = candidates.new_empty((len(candidates) + 1, *candidates.shape[1:]))
    states[0].zero_()
    forget = torch.empty_like(candidates)
    state = states[0]
    steps = zip(candidates.unbind(0), gates.unbind(0), forget.unbind(0), states[1:].unbind(0), strict=True)
    for candidate, gate, opened, moved in steps:
        torch.addcmul(gate, state, recurrent, out=opened).sigmoid_()
        state = torch.lerp(candidate, state, opened, out=moved)
    return states, forget


class _Scan(torch.autograd.Function):
    """``run_scan`` for autograd.

    With ``A_t = (c_{t-1} - x_t) f_t (1 - f_t)`` the gradient of a state flows back by ``g_{t-1} += g_t (f_t + A_t v)``:
    one ``addcmul`` per step, everything else is done for all steps at once.
    """

    @staticmethod
    def forward(ctx: Any, candidates: Tensor, gates: Tensor, recurrent: Tensor) -> Tensor:
        states, forget = run_scan(candidates, gates, recurrent)
        ctx.save_for_backward(candidates, states, forget, recurrent)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        candidates, states, forget, recurrent = ctx.saved_tensors
        previous = states[:-1]
        slope = (previous - candidates).mul_(forget).mul_(1 - forget)
        flow = torch.addcmul(forget, slope, recurrent).unbind(0)
        grads = grad_states[1:].clone(memory_format=torch.contiguous_format)
        steps = grads.unbind(0)
        for step in range(len(steps) - 1, 0, -1):
            steps[step - 1].addcmul_(steps[step], flow[step])
        grad_gates = grads * slope
        grad_recurrent = (grad_gates * previous).flatten(0, -1 - recurrent.dim()).sum(dim=0)
        return grads.mul_(1 - forget), grad_gates, grad_recurrent


def scan(candidates: Tensor, gates: Tensor, recurrent: Tensor) -> Tensor:
    """Differentiable: candidates, gate inputs [T, ..., D], recurrent [..., D] → states [T + 1, ..., D], the first 0."""
    states: Tensor = _Scan.apply(candidates, gates, recurrent)  # type: ignore[no-untyped-call]
    return states
