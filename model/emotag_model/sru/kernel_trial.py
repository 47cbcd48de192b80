"""Tries the Triton kernels on a device before anything relies on them there."""

import warnings
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec

import torch
from torch import Tensor, nn

from emotag_model.sru.fast import bisru
from emotag_model.sru.ragged import ragged_bisru
from emotag_model.sru.weights import SruWeights

_LENGTHS = [3, 0, 1, 2]
_SIZE = 5
_TOLERANCE = 0.02  # products may be in TF32; what a broken kernel computes is further off


@cache
def kernels_serve(device: torch.device) -> bool:
    """Whether the kernels compute on a device what ``bisru`` does; asked of CUDA alone, once, with a warning if not.

    They need triton, which comes with torch for CUDA, a GPU that it supports and, at run time, a C compiler. Never yet
    answered by a real GPU: the kernels have been run by Triton's interpreter only.
    """
    if device.type != "cuda" or find_spec("triton") is None:
        return False
    return succeeds(lambda: try_kernels(device), f"the SRU computes without its Triton kernels on {device}")


def succeeds(trial: Callable[[], None], otherwise: str) -> bool:
    """Whether kernels pass their trial; warns of what happens `otherwise`, and why."""
    try:
        trial()
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, there is another way to compute
        warnings.warn(f"{otherwise}: {error}", stacklevel=3)
        return False
    return True


def try_kernels(device: torch.device) -> None:
    """Compare outputs and gradients of a small batch, with both kinds of highway; raises what goes wrong."""
    with torch.inference_mode(mode=False), torch.enable_grad(), torch.autocast(device.type, enabled=False):
        for width in (_SIZE, 2 * _SIZE):
            inputs, weights = _sample(device, width)
            expected = _answer(_padded(inputs, weights), inputs, weights)
            got = _answer(ragged_bisru(inputs, _offsets(device), weights), inputs, weights)
            for ours, truth in zip(got, expected, strict=True):
                if not torch.allclose(ours, truth, rtol=_TOLERANCE, atol=_TOLERANCE):
                    raise ArithmeticError("they are wrong on a small batch")


def _sample(device: torch.device, width: int) -> tuple[Tensor, SruWeights]:
    generator = torch.Generator().manual_seed(width)  # one of its own, since a training's numbers are not to move
    matrices = 3 if width == 2 * _SIZE else 4
    shapes = [(sum(_LENGTHS), width), (matrices, 2, _SIZE, width), (2, 2, _SIZE), (2, 2, _SIZE)]
    values = [torch.randn(shape, generator=generator).to(device).requires_grad_() for shape in shapes]
    return values[0], SruWeights(values[1], values[2], values[3], 1.5)


def _offsets(device: torch.device) -> Tensor:
    return torch.tensor([0, *_LENGTHS], device=device).cumsum(0)


def _padded(inputs: Tensor, weights: SruWeights) -> Tensor:
    """Do the same by ``bisru``: rows [N, E] → states [N, 2·D]."""
    mask = torch.arange(max(_LENGTHS)).unsqueeze(1) < torch.tensor(_LENGTHS)
    padded = nn.utils.rnn.pad_sequence(list(torch.split(inputs, _LENGTHS)))
    return bisru(padded, mask.to(inputs.device), weights).transpose(0, 1)[mask.t().to(inputs.device)]


def _answer(states: Tensor, inputs: Tensor, weights: SruWeights) -> list[Tensor]:
    return [states, *torch.autograd.grad(states.square().sum(), [inputs, *weights[:3]])]
