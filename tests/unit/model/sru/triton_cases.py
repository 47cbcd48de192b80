"""The Triton kernels against the reference: outputs and gradients, at odd shapes, of messages without padding.

Not collected by its name: ``test_triton_scan`` runs this in a process of its own, by Triton's interpreter on the CPU,
and on the GPU where there is one. By hand: TRITON_INTERPRET=1 pytest tests/unit/model/sru/triton_cases.py
"""

import os
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from emotag_model.network import cnn_bisru
from emotag_model.sru import kernel_trial
from emotag_model.sru.layer import BiSru
from emotag_model.sru.naive import naive_bisru
from emotag_model.sru.ragged import ragged_bisru, spanned_bisru
from emotag_model.sru.triton_scan import triton_scan
from emotag_model.sru.weights import SruWeights
from tests.unit.model.network.networks import make_batch, make_network

DEVICE = torch.device("cpu" if os.environ.get("TRITON_INTERPRET") == "1" else "cuda")
SHORT, LONG = [0, 1, 7, 2, 0], [2, 33, 0, 1, 7]
WIDTHS = [(3, 1), (2, 1), (7, 5), (10, 5), (20, 16), (32, 16), (50, 64), (128, 64), (9, 33)]  # input, state
WIDE = [(50, 64), (32, 16)]


def offsets_of(lengths: list[int]) -> Tensor:
    return torch.tensor([0, *lengths], device=DEVICE).cumsum(0)


def case(
    lengths: list[int], width: int, size: int, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor, SruWeights]:
    torch.manual_seed(sum(lengths) * 1000 + width)
    layer = BiSru(width, size, highway_bias=-0.5)
    torch.nn.init.normal_(layer.bias)
    inputs = torch.randn(sum(lengths), width, device=DEVICE, dtype=dtype, requires_grad=True)
    return inputs, offsets_of(lengths), layer.to(DEVICE, dtype).weights


def reference(inputs: Tensor, offsets: Tensor, weights: SruWeights) -> Tensor:
    """Each message alone, by the formula."""
    states = [inputs.new_zeros(0, 2 * weights.bias.shape[-1])]
    for start, end in pairwise(offsets.tolist()):
        if end > start:
            mask = torch.ones(end - start, 1, dtype=torch.bool, device=DEVICE)
            states.append(naive_bisru(inputs[start:end].unsqueeze(1), mask, weights).squeeze(1))
    return torch.cat(states)


def outputs_and_gradients(function, inputs: Tensor, offsets: Tensor, weights: SruWeights) -> list[Tensor]:
    states = function(inputs, offsets, weights)
    towards = torch.linspace(-1, 1, states.numel(), device=DEVICE, dtype=torch.float64).view_as(states).to(states.dtype)
    return [states, *torch.autograd.grad((states * towards).sum(), [inputs, *weights[:3]])]


def widened(inputs: Tensor, weights: SruWeights) -> tuple[Tensor, SruWeights]:
    """The same values in float64, as leaves of their own."""
    values = [value.detach().double().requires_grad_() for value in (inputs, *weights[:3])]
    return values[0], SruWeights(*values[1:], weights.scale)


CASES = [(SHORT, *widths) for widths in WIDTHS] + [(LONG, 7, 5), (LONG, 10, 5)]


@pytest.mark.parametrize(("lengths", "width", "size"), CASES)
def test_outputs_and_gradients_are_those_of_the_reference(lengths: list[int], width: int, size: int) -> None:
    given = case(lengths, width, size)
    expected = outputs_and_gradients(reference, *given)
    for got, truth in zip(outputs_and_gradients(ragged_bisru, *given), expected, strict=True):
        torch.testing.assert_close(got, truth, atol=1e-12, rtol=1e-10)


@pytest.mark.parametrize(("width", "size"), WIDE)
def test_single_precision_stays_within_1e_5_of_the_reference(width: int, size: int) -> None:
    inputs, offsets, weights = case(LONG, width, size, torch.float32)
    exact, exact_weights = widened(inputs, weights)
    expected = outputs_and_gradients(reference, exact, offsets, exact_weights)
    for got, truth in zip(outputs_and_gradients(ragged_bisru, inputs, offsets, weights), expected, strict=True):
        assert got.dtype == torch.float32
        torch.testing.assert_close(got.double(), truth, atol=1e-5, rtol=1e-5)


def test_half_precision_is_that_of_what_is_read_and_written_alone() -> None:
    """The inputs are the projected gates, since the projection is the identity: so no product hides a rounding."""
    inputs, offsets, weights = case(SHORT, 40, 5, torch.bfloat16)
    projection = torch.eye(40, device=DEVICE, dtype=torch.bfloat16).view(4, 2, 5, 40)
    weights = weights._replace(projection=projection.requires_grad_())
    exact, exact_weights = widened(inputs, weights)
    expected = outputs_and_gradients(reference, exact, offsets, exact_weights)
    got = outputs_and_gradients(ragged_bisru, inputs, offsets, weights)
    assert [value.dtype for value in got] == [torch.float32] + 4 * [torch.bfloat16]
    torch.testing.assert_close(got[0].double(), expected[0], atol=1e-5, rtol=1e-5)
    for gradient, truth in zip(got[1:], expected[1:], strict=True):
        torch.testing.assert_close(gradient.double(), truth, atol=0.05, rtol=0.01)
    # One unit in the last place, since the interpreter cuts off where a GPU rounds.
    torch.testing.assert_close(got[1].double(), expected[1], atol=1e-5, rtol=2**-7)


@pytest.mark.parametrize(("width", "size"), [(20, 16), (32, 16)])
def test_autocast_narrows_the_products_only(width: int, size: int) -> None:
    inputs, offsets, weights = case(SHORT, width, size, torch.float32)
    expected = outputs_and_gradients(reference, inputs, offsets, weights)
    with torch.autocast(DEVICE.type, dtype=torch.bfloat16):
        got = outputs_and_gradients(ragged_bisru, inputs, offsets, weights)
    for narrowed, exact in zip(got, expected, strict=True):
        assert narrowed.dtype == torch.float32
        torch.testing.assert_close(narrowed, exact, atol=0.1, rtol=0.05)


@pytest.mark.parametrize("matrices", [3, 4])
def test_gradient_agrees_with_finite_differences(matrices: int) -> None:
    torch.manual_seed(0)
    shapes = [(3, matrices, 2, 1), (3, 2), (2, 2, 1), (2, 2, 1)]
    values = [torch.randn(shape, device=DEVICE, dtype=torch.float64, requires_grad=True) for shape in shapes]
    if matrices == 4:
        values[1].requires_grad_(False)  # not read then
    offsets = offsets_of([2, 0, 1])
    spans = offsets[:-1], offsets[1:]
    assert torch.autograd.gradcheck(lambda *given: triton_scan(*given, *spans, 1.5), values, fast_mode=True)


def test_equal_calls_give_equal_bits() -> None:
    given = case(SHORT, 9, 33, torch.float32)
    first, second = (outputs_and_gradients(ragged_bisru, *given) for _ in range(2))
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def test_without_gradients_the_outputs_are_the_same() -> None:
    given = case(SHORT, 6, 3)
    expected = ragged_bisru(*given)
    with torch.no_grad():
        got = ragged_bisru(*given)
    assert torch.equal(got, expected)
    assert expected.requires_grad
    assert not got.requires_grad


def test_rows_of_no_message_give_nothing_and_get_no_gradient() -> None:
    inputs, _, weights = case([9], 6, 3)
    starts, ends = torch.tensor([5, 0, 3], device=DEVICE), torch.tensor([7, 2, 3], device=DEVICE)
    states = spanned_bisru(inputs, starts, ends, weights)
    (gradient,) = torch.autograd.grad(states.square().sum(), inputs)
    for rows in (slice(0, 2), slice(5, 7)):
        alone = ragged_bisru(inputs[rows], offsets_of([2]), weights)
        torch.testing.assert_close(states[rows], alone)
        assert gradient[rows].any(dim=-1).all()
    rest = [2, 3, 4, 7, 8]
    assert not states[rest].any()
    assert not gradient[rest].any()


@pytest.mark.parametrize("lengths", [[], [0], [0, 0]])
def test_no_token_at_all_gives_no_states_and_no_gradient(lengths: list[int]) -> None:
    states, *gradients = outputs_and_gradients(ragged_bisru, *case(lengths, 3, 2))
    assert states.shape == (0, 4)
    assert not any(gradient.any() for gradient in gradients)


def test_a_second_derivative_is_refused_instead_of_being_wrong() -> None:
    inputs, offsets, weights = case([2], 3, 1)
    (gradient,) = torch.autograd.grad(ragged_bisru(inputs, offsets, weights).square().sum(), inputs, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


@pytest.mark.parametrize(
    "sizes", [{"sru_layers": 2, "sru_size": 6, "attention_heads": 3}, {"sru_size": 10, "attention_heads": 4}]
)
def test_the_network_gives_the_same_by_the_kernels(monkeypatch, sizes: dict[str, int]) -> None:
    network = make_network(dropout=0.0, embedding_dropout=0.0, **sizes).to(DEVICE)
    ids, lengths = (tensor.to(DEVICE) for tensor in make_batch([5, 1, 0, 8, 3], steps=9))
    answers = []
    for serve in (False, True):
        monkeypatch.setattr(cnn_bisru, "kernels_serve", lambda device, serve=serve: serve)
        logits, evidence = network.explain(ids, lengths)
        gradients = torch.autograd.grad(logits.square().sum(), list(network.parameters()))
        answers.append([logits, evidence, *gradients])
    for padded, by_kernels in zip(*answers, strict=True):
        torch.testing.assert_close(by_kernels, padded, atol=1e-4, rtol=1e-4)


def test_a_network_reads_no_row_of_another_message_where_a_length_is_too_long(monkeypatch) -> None:
    monkeypatch.setattr(cnn_bisru, "kernels_serve", lambda device: True)
    network = make_network(sru_size=4, attention_heads=2).to(DEVICE)
    ids, lengths = (tensor.to(DEVICE) for tensor in make_batch([3, 3]))
    with torch.no_grad():
        assert torch.equal(network(ids, lengths + 4), network(ids, lengths))


def test_the_trial_passes() -> None:
    with torch.inference_mode(), torch.autocast(DEVICE.type, dtype=torch.bfloat16):
        kernel_trial.try_kernels(DEVICE)


def test_the_trial_fails_where_the_kernels_are_wrong(monkeypatch) -> None:
    monkeypatch.setattr(kernel_trial, "ragged_bisru", lambda *given: ragged_bisru(*given) * 1.2)
    with pytest.raises(ArithmeticError, match="wrong"):
        kernel_trial.try_kernels(DEVICE)
