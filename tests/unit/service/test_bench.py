"""`emotag bench`: what it measures on a CPU, what it says of wrong scores, and how it fails."""

import json
from dataclasses import replace

import numpy as np
import pytest

from emotag.cli.main import main
from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.reader import load_reader
from emotag_service.cli import bench, device_bench
from emotag_service.cli.device_bench import (
    BatchSpeed,
    Check,
    Latency,
    Report,
    Transformer,
    made_texts,
    throughput,
)
from emotag_service.engine.predictors.protocol import Prediction
from emotag_service.engine.predictors.reader import ReaderPredictor

SECONDS = ["--seconds", "0.01"]
REPORT = Report(
    "emotag-base 3",
    "cuda:0",
    "cuda",
    (BatchSpeed(1, 900.0), BatchSpeed(64, 123_456.0)),
    Latency(1.25, 2.5),
    Transformer(64, 1_000.0, 123.5, 5.0, 6.0),
    Check("native avx512", 2_048, 0.0123, 3),
)


@pytest.fixture(scope="module")
def checkpoint():
    return Checkpoint.load(default_checkpoint())


class Small:
    """Stands for the transformer, whose making takes seconds."""

    def __init__(self, device):
        assert device == "cpu"

    def compute(self, lengths):
        return np.zeros((len(lengths), 28))


@pytest.fixture
def _small(monkeypatch):
    transformer = pytest.importorskip("emotag_model.network.transformer")
    monkeypatch.setattr(transformer, "SizedTransformer", Small)
    monkeypatch.setattr(device_bench, "_TEXTS", 300)
    monkeypatch.setattr(device_bench, "_CHECKED", 40)


@pytest.mark.usefixtures("_small")
def test_a_cpu_is_measured_and_agrees_with_itself(capsys):
    assert main(["bench", "--devices", "cpu", "--json", *SECONDS]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["device"] == "cpu:0"
    assert [each["size"] for each in found["batches"]] == [1, 16, 64, 256]
    assert all(each["rate"] > 0 for each in found["batches"])
    assert 0 < found["single"]["p50_ms"] <= found["single"]["p99_ms"]
    assert found["transformer"]["ratio"] > 0
    assert found["check"] == {
        "reference": found["computes"],
        "messages": 40,
        "largest_difference": 0.0,
        "labels_flipped": 0,
    }


@pytest.mark.usefixtures("_small")
def test_without_torch_the_transformer_is_left_out(capsys, monkeypatch):
    monkeypatch.setattr(device_bench, "find_spec", lambda name: None)
    assert main(["bench", "--devices", "cpu", *SECONDS]) == 0
    assert "DistilRoBERTa's size: not measured, there is no torch: pip install" in capsys.readouterr().out


def test_the_table_says_all_of_it():
    assert bench.render(REPORT).splitlines() == [
        "emotag-base 3 on cuda:0, computed by cuda",
        "",
        "messages a batch    messages/s",
        "               1           900",
        "              64       123,456",
        "",
        "one message alone: p50 1.25 ms, p99 2.5 ms",
        "transformer of DistilRoBERTa's size: 1,000 messages/s in batches of 64, 124 times as slow; one message alone: p50 5 ms, p99 6 ms",
        "scores beside the CPU's (native avx512), 2,048 messages: they differ by 0.012 at most, 3 labels are other ones",
    ]


@pytest.mark.parametrize("check", [Check("native", 100, 0.2, 0), Check("native", 100, 0.01, 2)])
def test_a_device_that_computes_wrongly_is_a_failure(check, monkeypatch, capsys):
    monkeypatch.setattr(device_bench, "measure", lambda *_: replace(REPORT, check=check))
    assert main(["bench", "--devices", "cuda"]) == 1
    assert capsys.readouterr().out.endswith("this device computes wrongly.\n")


def test_scores_that_are_others_are_counted(checkpoint):
    reader = load_reader(checkpoint)

    class Wrong(ReaderPredictor):
        def launch(self, texts, *, evidence):
            prediction = super().launch(texts, evidence=evidence)()
            return lambda: Prediction(-prediction.logits, prediction.lengths, prediction.truncated)

    check = device_bench._check(checkpoint, Wrong(reader, checkpoint.config.label_count), ["thank you so much!"] * 3)
    assert (check.messages, check.labels_flipped) == (3, 3)
    assert check.largest_difference > 0.3
    assert not check.agrees


def test_scores_that_are_no_numbers_do_not_agree(checkpoint):
    reader = load_reader(checkpoint)

    class Broken(ReaderPredictor):
        def launch(self, texts, *, evidence):
            prediction = super().launch(texts, evidence=evidence)()
            return lambda: prediction._replace(logits=prediction.logits * np.nan)

    check = device_bench._check(checkpoint, Broken(reader, checkpoint.config.label_count), ["thank you so much!"])
    assert np.isnan(check.largest_difference)
    assert not check.agrees


def test_every_message_of_a_rate_was_collected_with_so_many_in_flight():
    flying, most, collected = 0, 0, 0

    class Two:
        depth = 2

        def launch(self, texts, *, evidence):
            nonlocal flying, most
            flying += 1
            most = max(most, flying)

            def collect():
                nonlocal flying, collected
                flying -= 1
                collected += len(texts)

            return collect

    assert throughput(Two(), [str(number) for number in range(64)], 16, 0.01) > 0
    assert (most, flying) == (2, 0)
    assert collected % 16 == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--devices", "cuda:99"], "devices: there is no cuda:99, only"),
        (["--devices", "tpu"], "devices: 'tpu' is not understood"),
        (["--checkpoint", "/no/such/folder"], "/no/such/folder"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(arguments, said, capsys):
    assert main(["bench", *arguments, *SECONDS]) == 2
    error = capsys.readouterr().err
    assert error.startswith("emotag bench: error: ")
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "601"])
def test_seconds_have_bounds(seconds, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["bench", "--seconds", seconds])
    assert "at most 600 seconds" in capsys.readouterr().err


def test_texts_are_distinct_and_as_many_as_asked(checkpoint):
    texts = made_texts(checkpoint, 500)
    assert len(set(texts)) == len(texts) == 500
    assert texts == made_texts(checkpoint, 500)


def test_the_transformer_has_its_size():
    torch = pytest.importorskip("torch")
    from emotag_model.network.transformer import SizedTransformer  # noqa: PLC0415 - needs torch

    other = SizedTransformer("cpu")
    assert other.compute([5, 3]).shape == (2, 28)
    modules = [other._words, other._places, other._encoder, other._head]
    weights = sum(weight.numel() for module in modules for weight in module.parameters())
    assert 80e6 < weights < 84e6
    assert isinstance(other.compute([2]), torch.Tensor)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--plot", "a.svg"], "--plot: is of a load test; name the service with --target"),
        (["--rates", "5"], "--rates: is of a load test"),
        (["--target", "localhost:1", "--devices", "cpu"], "--target: a service is asked as it is"),
        (["--target", "localhost:1", "--plot", "a.pdf"], "--plot a.pdf: name a file that ends in .svg or .png"),
        (["--target", "localhost:1", "--input", "/nowhere/at/all"], "/nowhere/at/all: No such file"),
    ],
)
def test_options_that_cannot_be_used_are_named(options, problem, capsys):
    assert main(["bench", *options]) in {1, 2}
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--rates", "0"], ["--loads", "a"], ["--streams", "0"], ["--patience", "-1"]])
def test_numbers_that_are_none_are_refused(options, capsys):
    with pytest.raises(SystemExit):
        main(["bench", "--target", "localhost:1", *options])
    assert f"argument {options[0]}" in capsys.readouterr().err
