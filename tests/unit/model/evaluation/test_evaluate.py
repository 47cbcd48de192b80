"""Reports say of every taxonomy what its metrics say."""

import json

import numpy as np
import pytest

from emotag_model.evaluation.encoded import encode_examples
from emotag_model.evaluation.evaluate import evaluate, report, report_all
from emotag_model.evaluation.metrics import calibration_error, count
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import FINE_LABELS, HEADS, OUTPUTS, default_labels
from emotag_model.text.examples import load_examples

OF_HEAD = [("basic", HEADS["basic"]), *((name, HEADS["goemotions"]) for name in ("ekman", "goemotions", "sentiment"))]


@pytest.fixture
def examples(data_file):
    return load_examples(data_file, FINE_LABELS)


def test_there_is_a_report_per_taxonomy(checkpoint, examples):
    reports = evaluate(checkpoint, examples)
    assert [each.taxonomy for each in reports] == ["ekman", "goemotions", "sentiment"]
    assert [len(each.labels) for each in reports] == [7, 28, 4]
    assert {each.messages for each in reports} == {40}


def test_a_report_holds_what_the_metrics_say(checkpoint, examples):
    encoded = encode_examples(examples, checkpoint.tokenizer, len(OUTPUTS))
    logits = predict_logits(checkpoint.network(), encoded.ids)
    ekman = checkpoint.labels.taxonomy("ekman")
    scores, truth = ekman.scores(logits), ekman.roll_up(encoded.truth)
    counts = count(scores, truth, ekman.threshold_array)
    found = evaluate(checkpoint, examples)[0]
    assert found.macro_f1 == pytest.approx(counts.macro_f1)
    assert found.micro_f1 == pytest.approx(counts.micro_f1)
    tags = np.arange(len(scores)), ekman.chosen(scores)
    assert found.accuracy == pytest.approx(truth[tags].mean())
    assert found.calibration_error == pytest.approx(calibration_error(scores[tags], truth[tags]), abs=1e-3)
    assert [row.f1 for row in found.labels] == pytest.approx(counts.f1.tolist())
    assert sum(row.support for row in found.labels) == 40


def test_perfect_logits_are_perfect():
    truth = np.eye(len(OUTPUTS), dtype=np.float32)
    found = report_all(default_labels(), truth * 60 - 30, truth)
    assert [each.taxonomy for each in found] == ["basic", "ekman", "goemotions", "sentiment"]
    for each in (report(default_labels().taxonomy(name), truth[rows] * 60 - 30, truth[rows]) for name, rows in OF_HEAD):
        assert each.macro_f1 == each.micro_f1 == each.accuracy == 1
        assert each.calibration_error == pytest.approx(0, abs=1e-6)


def test_text_and_json_carry_the_same_figures(checkpoint, examples):
    found = evaluate(checkpoint, examples)[0]
    data = json.loads(json.dumps(found.to_dict()))
    text = found.to_text()
    assert text.startswith("ekman: 7 labels, 40 messages\n")
    for name in ("macro_f1", "micro_f1", "accuracy", "calibration_error", "pooled_calibration_error"):
        assert f"{data[name]:.4f}" in text
    for row in data["labels"]:
        assert f"{row['label']:<8}" in text
        assert f"{row['support']:7d}" in text
    assert len({len(line) for line in text.splitlines()[2:]}) == 1, "the columns do not line up"


def test_one_message_can_be_reported():
    truth = np.zeros((1, len(OUTPUTS)), np.float32)
    truth[0, -1] = 1
    found = report(default_labels().taxonomy(), np.full(truth.shape, -5, np.float32), truth)
    assert found.messages == 1
    assert found.macro_f1 == 0
