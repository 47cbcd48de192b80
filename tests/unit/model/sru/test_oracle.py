"""The fast path against the SRU authors' own package, which shares no code with ours."""

import importlib
import os
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor

from emotag_model.sru.fast import bisru
from emotag_model.sru.layer import BiSru

pytestmark = pytest.mark.long  # the package compiles itself for a minute; the naive truth is compared with always


@pytest.fixture(scope="module")
def oracle() -> ModuleType:
    """The package `sru`, which compiles itself at import and therefore is a tool of development only."""
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{path}"  # ninja lives beside the interpreter
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells of the CUDA kernels that it could not build
            return importlib.import_module("sru")
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f"the package sru cannot be imported: it needs ninja and a C++ compiler ({error})")
    finally:
        os.environ["PATH"] = path


def twin(oracle: ModuleType, layer: BiSru) -> torch.nn.Module:
    """A cell of the package with the parameters of ``layer``."""
    matrices, _, size, width = layer.projection.shape
    cell = oracle.SRUCell(width, size, bidirectional=True)
    with torch.no_grad():
        cell.weight.copy_(layer.projection.permute(3, 1, 2, 0).reshape(width, 2 * size * matrices))
        cell.weight_c.copy_(layer.recurrent.flatten())
        cell.bias.copy_(layer.bias.flatten())
    return cell


def case(width: int, size: int, steps: int, batch: int) -> tuple[BiSru, Tensor, Tensor, Tensor]:
    torch.manual_seed(steps + batch)
    layer = BiSru(width, size)
    torch.nn.init.normal_(layer.bias)
    lengths = torch.randint(1, steps + 1, (batch,))
    mask = torch.arange(steps).unsqueeze(1) < lengths
    inputs = torch.randn(steps, batch, width) * mask.unsqueeze(-1)
    return layer, inputs.requires_grad_(), mask, torch.randn(steps, batch, 2 * size)


CASES = [(30, 16, 1, 1), (30, 16, 63, 5), (32, 16, 1, 5), (32, 16, 63, 1), (50, 64, 24, 7)]


@pytest.mark.parametrize("sizes", CASES)
def test_outputs_and_gradients_agree_with_the_package(oracle: ModuleType, sizes: tuple[int, int, int, int]) -> None:
    layer, inputs, mask, towards = case(*sizes)
    cell = twin(oracle, layer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of gradients on a CPU, which are slow there, not wrong
        expected, _ = cell(inputs, mask_pad=~mask)
    got = bisru(inputs, mask, layer.weights)
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)
    ours = torch.autograd.grad((got * towards).sum(), [inputs, layer.projection, layer.recurrent, layer.bias])
    theirs = torch.autograd.grad((expected * towards).sum(), [inputs, cell.weight, cell.weight_c, cell.bias])
    aligned = layer.projection.permute(3, 1, 2, 0).reshape_as(cell.weight)
    assert torch.equal(aligned, cell.weight)
    ours = (ours[0], ours[1].permute(3, 1, 2, 0).reshape_as(cell.weight), ours[2].flatten(), ours[3].flatten())
    for mine, truth in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, truth, atol=1e-5 * max(1.0, truth.abs().max().item()), rtol=1e-5)


def test_compiled_inference_of_the_package_agrees(oracle: ModuleType) -> None:
    layer, inputs, mask, _ = case(30, 16, 63, 5)
    with torch.no_grad():
        expected, _ = twin(oracle, layer).eval()(inputs, mask_pad=~mask)
        torch.testing.assert_close(bisru(inputs, mask, layer.weights), expected, atol=1e-5, rtol=1e-5)


def test_initial_scale_is_that_of_the_package(oracle: ModuleType) -> None:
    assert BiSru(32, 16).scale == pytest.approx(oracle.SRUCell(32, 16, bidirectional=True).scale_x.item())
