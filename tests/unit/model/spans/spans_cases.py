"""The Triton kernels over spans against the reference, and the ragged network against the padded one by both.

Not collected by its name: ``test_spans`` runs this in a process of its own, by Triton's interpreter on the CPU. By hand:
TRITON_INTERPRET=1 pytest tests/unit/model/spans/spans_cases.py
"""

import os

import pytest
import torch

from emotag_model.network.ragged import RaggedCnnBiSru
from emotag_model.spans import fast, naive
from emotag_model.spans.trial import try_spans
from tests.unit.model.network.networks import SIZES, make_network
from tests.unit.model.spans.batches import padded, ragged

DEVICE = torch.device("cpu" if os.environ.get("TRITON_INTERPRET") == "1" else "cuda")
LENGTHS = [[1], [0, 1, 7, 2, 0], [16], [17, 0, 33, 15]]


@pytest.fixture(autouse=True)
def _same_numbers_each_time():
    torch.manual_seed(1)


def spans_of(lengths, gap=0):
    """Starts and ends of messages, so many rows of nobody between them, and how many rows there are."""
    starts, at = [], gap
    for length in lengths:
        starts.append(at)
        at += length + gap
    starts = torch.tensor(starts)
    return starts.to(DEVICE), (starts + torch.tensor(lengths)).to(DEVICE), at


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("width", [1, 35, 130])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_pooling(lengths, width, dtype):
    starts, ends, rows = spans_of(lengths, gap=1)
    values = torch.randn(rows, width).to(DEVICE, dtype) - 2  # all negative, as a maximum has to bear
    for name in ("span_max", "span_sum"):
        ours, truth = (getattr(module, name)(values, starts, ends) for module in (fast, naive))
        assert ours.dtype == truth.dtype == torch.float32
        torch.testing.assert_close(ours, truth, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize(("heads", "width"), [(1, 1), (3, 5), (2, 32)])
def test_attention(lengths, heads, width):
    starts, ends, rows = spans_of(lengths, gap=2)
    query, key = (4 * torch.randn(rows, heads, width, device=DEVICE) for _ in range(2))
    ours, truth = (module.span_attention(query, key, starts, ends) for module in (fast, naive))
    torch.testing.assert_close(ours, truth, rtol=1e-5, atol=1e-5)
    sums = torch.stack([truth[start:end].sum(dim=0) for start, end in zip(starts, ends, strict=True) if start < end])
    torch.testing.assert_close(sums, torch.ones_like(sums))


def test_the_ragged_network_is_the_padded_one():
    network = make_network(**SIZES["two layers, other widths"]).to(DEVICE)
    texts = [[5, 9, 2], [7], [], list(range(1, 20))]
    with torch.inference_mode():
        got = RaggedCnnBiSru(network, fast)(ragged(texts, DEVICE))[: len(texts)]
        torch.testing.assert_close(got, network(*padded(texts, DEVICE)), rtol=1e-4, atol=1e-4)


def test_the_trial_passes():
    try_spans(fast, DEVICE)
