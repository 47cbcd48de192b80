"""The scan: its values step by step and its hand-written gradient against autograd and finite differences."""

import pytest
import torch
from torch import Tensor

from emotag_model.sru.scan import run_scan, scan


def step_by_step(candidates: Tensor, gates: Tensor, recurrent: Tensor) -> Tensor:
    states = [torch.zeros_like(candidates[0])]
    for candidate, gate in zip(candidates, gates, strict=True):
        forget = torch.sigmoid(gate + recurrent * states[-1])
        states.append(forget * states[-1] + (1 - forget) * candidate)
    return torch.stack(states)


def arguments(steps: int, batch: int, size: int) -> list[Tensor]:
    torch.manual_seed(steps + batch + size)
    shapes = [(steps, batch, size), (steps, batch, size), (size,)]
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 5, 2), (63, 1, 3), (17, 5, 8)])
def test_values_and_gradients_are_those_of_the_loop(shape: tuple[int, int, int]) -> None:
    given = arguments(*shape)
    towards = torch.randn(shape[0] + 1, *shape[1:], dtype=torch.float64)
    got, expected = scan(*given), step_by_step(*given)
    torch.testing.assert_close(got, expected)
    gradients = torch.autograd.grad((got * towards).sum(), given)
    torch.testing.assert_close(gradients, torch.autograd.grad((expected * towards).sum(), given))


def test_gradient_agrees_with_finite_differences() -> None:
    assert torch.autograd.gradcheck(scan, arguments(5, 2, 3))


def test_states_start_at_zero_and_gates_are_open_by_the_sigmoid() -> None:
    candidates, gates, recurrent = arguments(4, 2, 3)
    with torch.no_grad():
        states, forget = run_scan(candidates, gates, recurrent)
    assert not states[0].any()
    torch.testing.assert_close(forget, torch.sigmoid(gates + recurrent * states[:-1]).detach())


def test_saturated_gates_keep_or_replace_the_state() -> None:
    candidates = torch.tensor([3.0, 4.0, 5.0]).view(3, 1, 1)
    gates = torch.tensor([-1e30, 1e30, -1e30]).view(3, 1, 1)
    states = scan(candidates, gates, torch.zeros(1))
    assert states.flatten().tolist() == [0.0, 3.0, 3.0, 5.0]


def test_arguments_are_left_as_they_were() -> None:
    given = arguments(6, 2, 2)
    before = [argument.detach().clone() for argument in given]
    scan(*given).sum().backward()
    assert all(torch.equal(argument, copy) for argument, copy in zip(given, before, strict=True))


def test_a_second_derivative_is_refused_instead_of_being_wrong() -> None:
    given = arguments(3, 1, 2)
    (gradient,) = torch.autograd.grad(scan(*given).square().sum(), given[0], create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()
