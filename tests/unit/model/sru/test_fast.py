"""The fast path against the reference: outputs and gradients, at odd shapes, with masks and padding."""

import pytest
import torch
from torch import Tensor

from emotag_model.sru.fast import bisru
from emotag_model.sru.layer import BiSru
from emotag_model.sru.naive import naive_bisru

SHAPES = [(1, 1), (1, 5), (2, 3), (63, 1), (63, 5)]
WIDTHS = [
    (7, 3),
    (6, 3),
    (1, 1),
    (2, 1),
]  # input, state; where the input is twice the state, the highway is unprojected


def layer(input_size: int, size: int, dtype: torch.dtype = torch.float64) -> BiSru:
    made = BiSru(input_size, size, highway_bias=-0.5).to(dtype)
    torch.nn.init.normal_(made.bias)
    return made


def random_mask(steps: int, batch: int) -> Tensor:
    lengths = torch.randint(0, steps + 1, (batch,))
    lengths[0] = steps
    return torch.arange(steps).unsqueeze(1) < lengths


def outputs_and_gradients(function, inputs: Tensor, mask: Tensor, made: BiSru, towards: Tensor) -> list[Tensor]:
    states = function(inputs, mask, made.weights)
    return [states, *torch.autograd.grad((states * towards).sum(), [inputs, *made.parameters()])]


@pytest.mark.parametrize(("steps", "batch"), SHAPES)
@pytest.mark.parametrize(("input_size", "size"), WIDTHS)
def test_outputs_and_gradients_are_those_of_the_reference(steps: int, batch: int, input_size: int, size: int) -> None:
    torch.manual_seed(steps * 100 + batch)
    made, mask = layer(input_size, size), random_mask(steps, batch)
    inputs = torch.randn(steps, batch, input_size, dtype=torch.float64, requires_grad=True)
    towards = torch.randn(steps, batch, 2 * size, dtype=torch.float64)
    expected = outputs_and_gradients(naive_bisru, inputs, mask, made, towards)
    for got, truth in zip(outputs_and_gradients(bisru, inputs, mask, made, towards), expected, strict=True):
        torch.testing.assert_close(got, truth, atol=1e-12, rtol=1e-10)


def test_single_precision_stays_within_1e_5_of_the_reference() -> None:
    torch.manual_seed(1)
    made, mask = layer(50, 64, torch.float32), random_mask(63, 5)
    inputs = torch.randn(63, 5, 50)
    torch.testing.assert_close(
        bisru(inputs, mask, made.weights), naive_bisru(inputs, mask, made.weights), atol=1e-5, rtol=1e-5
    )


def test_what_stands_in_the_padding_is_not_read() -> None:
    torch.manual_seed(2)
    made, inputs, mask = layer(4, 2), torch.randn(9, 3, 4, dtype=torch.float64), random_mask(9, 3)
    scribbled = torch.where(mask.unsqueeze(-1), inputs, torch.full_like(inputs, 1e3))
    assert torch.equal(bisru(inputs, mask, made.weights), bisru(scribbled, mask, made.weights))


def test_a_message_has_the_states_that_it_has_alone() -> None:
    torch.manual_seed(3)
    made, inputs, mask = layer(5, 4), torch.randn(12, 4, 5, dtype=torch.float64), random_mask(12, 4)
    together = bisru(inputs, mask, made.weights)
    for index, length in enumerate(mask.sum(dim=0).tolist()):
        alone = bisru(inputs[:length, index : index + 1], mask[:length, index : index + 1], made.weights)
        torch.testing.assert_close(together[:length, index : index + 1], alone)
        assert not together[length:, index].any()


def test_padding_gets_no_gradient() -> None:
    torch.manual_seed(4)
    made, mask = layer(3, 2), random_mask(8, 3)
    inputs = torch.randn(8, 3, 3, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(bisru(inputs, mask, made.weights).square().sum(), inputs)
    assert not gradient[~mask].any()
    assert gradient[mask].any(dim=-1).all()


@pytest.mark.parametrize("width", [20, 32])
def test_autocast_narrows_the_products_only(width: int) -> None:
    torch.manual_seed(5)
    made, mask = layer(width, 16, torch.float32), random_mask(31, 4)
    inputs = torch.randn(31, 4, width)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        narrowed = bisru(inputs, mask, made.weights)
        narrowed.sum().backward()
    assert narrowed.dtype == torch.float32
    torch.testing.assert_close(narrowed, naive_bisru(inputs, mask, made.weights), atol=0.05, rtol=0.05)
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in made.parameters())
