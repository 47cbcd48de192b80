"""The ragged network is the padded one; its kernels are tested in a process of their own, as those of the SRU."""

from pathlib import Path

import pytest
import torch

from emotag_model.network.ragged import RaggedCnnBiSru
from emotag_model.spans import naive, trial
from tests.unit.model.network.networks import SIZES, make_network
from tests.unit.model.spans.batches import padded, ragged
from tests.unit.model.sru.test_triton_scan import needs_triton, run

FOLDER = Path(__file__).parent
TEXTS = [[5, 9, 2], [7], [], list(range(1, 40)), [3, 3]]


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
def test_logits_are_those_of_the_padded_network(sizes):
    network = make_network(**sizes)
    with torch.inference_mode():
        got = RaggedCnnBiSru(network, naive)(ragged(TEXTS))
        expected = network(*padded(TEXTS))
    read = [place for place, text in enumerate(TEXTS) if text]
    torch.testing.assert_close(got[read], expected[read], rtol=1e-5, atol=1e-5)
    assert got.isfinite().all()


def test_no_message_depends_on_its_neighbours():
    network = RaggedCnnBiSru(make_network(), naive)
    with torch.inference_mode():
        together = network(ragged(TEXTS))
        for place, text in enumerate(TEXTS):
            torch.testing.assert_close(network(ragged([text]))[0], together[place], rtol=1e-5, atol=1e-5)


@needs_triton
@pytest.mark.timeout(1200)
def test_kernels_are_right_by_the_interpreter_on_the_cpu():
    run(
        *("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", str(FOLDER / "spans_cases.py")),
        TRITON_INTERPRET="1",
    )


@needs_triton
@pytest.mark.timeout(1200)
def test_kernels_compile_for_gpus(tmp_path):
    run(str(FOLDER / "spans_compilation.py"), TRITON_CACHE_DIR=str(tmp_path))


def test_where_the_srus_kernels_do_not_serve_none_is_tried(monkeypatch):
    monkeypatch.setattr(trial, "try_spans", lambda *_: pytest.fail("tried"))
    assert trial.spans_on(torch.device("cpu")) is None


@needs_triton
def test_kernels_that_are_wrong_are_told_of_and_not_used(monkeypatch):
    monkeypatch.setattr(trial, "kernels_serve", lambda device: True)

    def fail(*_):
        raise ArithmeticError("span_max is wrong on a few messages")

    monkeypatch.setattr(trial, "try_spans", fail)
    with pytest.warns(UserWarning, match="without its Triton kernels on cpu: span_max is wrong"):
        assert trial.spans_on(torch.device("cpu")) is None


def test_a_function_that_is_wrong_is_found():
    class Wrong:
        span_max, span_sum = staticmethod(naive.span_max), staticmethod(naive.span_sum)

        @staticmethod
        def span_attention(*inputs):
            return naive.span_attention(*inputs) + 0.1

    with pytest.raises(ArithmeticError, match="span_attention"):
        trial.try_spans(Wrong, torch.device("cpu"))
    trial.try_spans(naive, torch.device("cpu"))
