"""Tries the kernels over spans on a device before anything relies on them there."""

from importlib import import_module
from types import ModuleType

import torch

from emotag_model.spans import naive
from emotag_model.sru.kernel_trial import kernels_serve, succeeds

_LENGTHS = [3, 0, 17, 1]
_TOLERANCE = 0.02  # products may be in TF32; what a broken kernel computes is further off


def spans_on(device: torch.device) -> ModuleType | None:
    """Return `emotag_model.spans.fast` where its kernels compute on a device what `naive` does, else warn and say None.

    Never yet answered by a real GPU.
    """
    if not kernels_serve(device):
        return None
    name = "emotag_model.spans.fast"  # imported here: triton is there for GPUs only
    otherwise = f"the network computes without its Triton kernels on {device}"
    return import_module(name) if succeeds(lambda: try_spans(import_module(name), device), otherwise) else None


def try_spans(fast: ModuleType, device: torch.device) -> None:
    """Compare both on a few messages; raises what goes wrong."""
    generator = torch.Generator().manual_seed(1)
    ends = torch.tensor(_LENGTHS).cumsum(0)
    spans = (ends - torch.tensor(_LENGTHS)).to(device), ends.to(device)
    query, key = (torch.randn(sum(_LENGTHS), 2, 5, generator=generator).to(device) for _ in range(2))
    for function, inputs in (
        ("span_max", [key.flatten(1)]),
        ("span_sum", [key.flatten(1)]),
        ("span_attention", [query, key]),
    ):
        ours, truth = (getattr(module, function)(*inputs, *spans) for module in (fast, naive))
        if not torch.allclose(ours, truth, rtol=_TOLERANCE, atol=_TOLERANCE):
            raise ArithmeticError(f"{function} is wrong on a few messages")
