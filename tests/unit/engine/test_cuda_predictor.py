"""The CUDA predictor on a CPU: the same code, by an accelerator that does at once what it is told and keeps its order."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from structlog.testing import capture_logs

from emotag_model.network.bucket import Bucket
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.spans import naive
from emotag_model.spans.trial import spans_on
from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.text.padding import pad
from emotag_service.engine.predictors.cuda import CudaPredictor
from emotag_service.engine.predictors.gpu import Gpu
from emotag_service.engine.predictors.protocol import probe

WORDS = [f"w{number}" for number in range(250)]
TOKENIZER = Tokenizer(Vocabulary(WORDS))
CONFIG = CnnBiSruConfig(vocabulary_size=len(TOKENIZER.vocabulary), embedding_size=16, label_count=4)
FIRST, SECOND, THIRD = ["w5 w9 w2", "w7", "\u200b", " ".join(WORDS[:30])], ["w1", "w2 w3"], ["w8 w8"]
LARGE = [" ".join(WORDS[:40])] * 20


class Recorder:
    """Keeps what was queued where: ("mark", stream, number), ("after", stream, number), ("waited", number)."""

    device = torch.device("cpu")

    def __init__(self, refusal=None):
        self.order = []
        self.captures = 0
        self._refusal = refusal
        self._stream = None
        self._moments = 0

    def host_memory(self, count, dtype):
        return torch.empty(count, dtype=dtype)

    def copying(self):
        return self._on("copies")

    def computing(self):
        return self._on("computations")

    def mark(self):
        self._moments += 1
        self.order.append(("mark", self._stream, self._moments))
        return Moment(self, self._moments)

    def after(self, moment):
        self.order.append(("after", self._stream, moment.number))

    def capture(self, compute):
        """As a graph does, return the same memory each time."""
        self.captures += 1
        if self._refusal is not None:
            raise self._refusal
        with self.computing():
            result = compute()
        return lambda: result.copy_(compute())

    @contextmanager
    def _on(self, stream):
        before, self._stream = self._stream, stream
        with torch.inference_mode():
            yield
        self._stream = before


class Moment:
    def __init__(self, recorder, number):
        self.recorder, self.number = recorder, number

    def synchronize(self):
        self.recorder.order.append(("waited", self.number))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(3)
    return CnnBiSru(CONFIG).eval()


def make(network, recorder, spans=naive):
    return CudaPredictor(TOKENIZER, network, recorder, spans)


def check(prediction, texts, network):
    ids, lengths = pad([TOKENIZER.encode(text).ids for text in texts])
    with torch.inference_mode():
        logits, evidence = (each.numpy() for each in network.explain(ids, lengths))
    read = lengths.numpy() > 0
    assert prediction.logits.dtype == np.float32
    assert prediction.lengths.tolist() == lengths.tolist()
    assert not prediction.truncated.any()
    np.testing.assert_allclose(prediction.logits[read], logits[read], atol=1e-5)
    for found, expected, length in zip(prediction.evidence or [], evidence, lengths.tolist(), strict=False):
        np.testing.assert_allclose(found, expected[:length], atol=1e-5)


@pytest.mark.parametrize("spans", [naive, None], ids=["ragged", "padded, where no kernel serves"])
@pytest.mark.parametrize("evidence", [False, True])
def test_it_computes_what_the_network_computes(network, spans, evidence):
    predictor = make(network, Recorder(), spans)
    probe(predictor)
    for texts in (FIRST, SECOND, LARGE, FIRST):
        prediction = predictor.launch(texts, evidence=evidence)()
        check(prediction, texts, network)
        assert (prediction.evidence is not None) is evidence
    predictor.close()


def test_two_in_flight_share_a_graph_and_not_their_results(network):
    predictor = make(network, recorder := Recorder())
    for ours, theirs in ((FIRST, SECOND), (THIRD, FIRST), (SECOND, LARGE)):
        one, other = predictor.launch(ours, evidence=False), predictor.launch(theirs, evidence=False)
        check(one(), ours, network)
        check(other(), theirs, network)
    ids = [[TOKENIZER.encode(text).ids for text in texts] for texts in (FIRST, SECOND, THIRD, LARGE)]
    assert recorder.captures == len({Bucket.of(each) for each in ids}) < len(ids)


def test_results_of_one_batch_are_not_overwritten_by_the_next(network):
    predictor = make(network, Recorder())
    first = predictor.launch(FIRST, evidence=False)()
    for _ in range(2):
        predictor.launch(SECOND, evidence=False)()
    check(first, FIRST, network)


def test_copies_do_not_wait_for_computations_and_these_for_their_copy_alone(network):
    predictor = make(network, recorder := Recorder())
    for _ in range(2):
        predictor.launch(FIRST, evidence=False)()
    recorder.order.clear()
    one, other = predictor.launch(FIRST, evidence=False), predictor.launch(SECOND, evidence=False)
    marks = [entry[2] for entry in recorder.order if entry[0] == "mark"]
    assert recorder.order == [
        ("mark", "copies", marks[0]),
        ("after", "computations", marks[0]),
        ("mark", "computations", marks[1]),
        ("mark", "copies", marks[2]),
        ("after", "computations", marks[2]),
        ("mark", "computations", marks[3]),
    ]
    one()
    assert recorder.order[-1] == ("waited", marks[1])  # and not for the second
    other()


def test_memory_is_not_written_before_the_batch_that_lay_in_it_is_done(network):
    predictor = make(network, recorder := Recorder())
    for texts in (FIRST, SECOND):
        predictor.launch(texts, evidence=False)
    done = next(entry[2] for entry in recorder.order if entry[:2] == ("mark", "computations"))
    recorder.order.clear()
    predictor.launch(THIRD, evidence=False)
    assert recorder.order[0] == ("waited", done)


def test_a_batch_that_was_given_up_is_no_result(network):
    predictor = make(network, Recorder())
    given_up = predictor.launch(FIRST, evidence=False)
    others = [predictor.launch(texts, evidence=False) for texts in (SECOND, THIRD)]
    with pytest.raises(RuntimeError, match="no more than two are in flight"):
        given_up()
    for collect, texts in zip(others, (SECOND, THIRD), strict=True):
        check(collect(), texts, network)


def test_what_cannot_be_captured_is_queued_step_by_step_and_said_once(network):
    predictor = make(network, recorder := Recorder(RuntimeError("operation not permitted when stream is capturing")))
    with capture_logs() as said:
        for texts in (FIRST, LARGE, SECOND):
            check(predictor.launch(texts, evidence=False)(), texts, network)
    assert [entry["event"] for entry in said] == ["computing without CUDA graphs"]
    assert said[0]["log_level"] == "warning"
    assert "not permitted" in said[0]["error"]
    assert recorder.captures == 1


def test_a_batch_too_large_for_the_device_is_for_the_engine_to_halve(network):
    predictor = make(network, Recorder(torch.OutOfMemoryError("CUDA out of memory")))
    for _ in range(2):
        with pytest.raises(MemoryError, match="out of memory"):
            predictor.launch(FIRST, evidence=False)


def test_a_closed_one_computes_nothing(network):
    predictor = make(network, Recorder())
    predictor.close()
    with pytest.raises(RuntimeError, match="closed"):
        predictor.launch(FIRST, evidence=False)


@pytest.mark.skipif(torch.cuda.is_available(), reason="is about machines without a CUDA device")
def test_without_a_gpu_there_is_none_to_open():
    with pytest.raises((AssertionError, RuntimeError), match=r"CUDA|NVIDIA"):
        Gpu(0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_it_computes_what_the_network_computes(network):
    there = CnnBiSru(CONFIG)
    there.load_state_dict(network.state_dict())
    gpu = Gpu(0)
    predictor = make(there, gpu, spans_on(gpu.device))
    probe(predictor)
    batches = [FIRST, SECOND, LARGE]
    in_flight = [predictor.launch(batch, evidence=True) for batch in batches]
    for batch, collect in zip(batches, in_flight, strict=True):
        with torch.inference_mode():
            logits, _ = network.explain(*pad([TOKENIZER.encode(text).ids for text in batch]))
        for prediction in (collect(), predictor.launch(batch, evidence=False)()):
            read = prediction.lengths > 0
            np.testing.assert_allclose(prediction.logits[read], logits.numpy()[read], atol=0.05)  # half precision
    predictor.close()
