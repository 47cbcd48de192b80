"""A report reads as a table and goes into JSON, with or without thresholds."""

import json

import pytest

from emotag_model.evaluation.report import DEFINITIONS, LabelReport, Report


def make(threshold):
    labels = tuple(
        LabelReport(label=label, precision=0.5, recall=0.25, f1=1 / 3, support=support, threshold=threshold)
        for label, support in (("no emotion", 7108), ("joy", 3))
    )
    return Report(
        taxonomy="dailydialog",
        messages=7111,
        macro_f1=1 / 3,
        micro_f1=0.41,
        accuracy=0.52,
        calibration_error=0.063,
        pooled_calibration_error=0.0074,
        labels=labels,
    )


def test_the_headline_and_the_columns():
    lines = make(0.35).to_text().splitlines()
    assert lines[0] == "dailydialog: 2 labels, 7,111 messages"
    assert lines[1].split() == [
        *("macro-F1", "0.3333", "micro-F1", "0.4100", "accuracy", "0.5200"),
        *("calibration", "error", "0.0630", "(pooled", "0.0074)"),
    ]
    assert lines[2].split() == ["label", "precision", "recall", "f1", "support", "threshold"]
    assert lines[3].split()[-5:] == ["0.500", "0.250", "0.333", "7108", "0.350"]


@pytest.mark.parametrize("threshold", [0.35, None])
def test_columns_line_up(threshold):
    assert len({len(line) for line in make(threshold).to_text().splitlines()[2:]}) == 1


def test_a_label_that_no_threshold_decides():
    assert make(None).to_text().splitlines()[-1].split()[-1] == "-"
    assert json.loads(json.dumps(make(None).to_dict()))["labels"][0]["threshold"] is None


def test_every_figure_is_defined():
    for name in ("macro-F1", "micro-F1", "accuracy", "calibration error", "pooled"):
        assert name in DEFINITIONS
