"""The tables of agents' messages show the figures, of every part and source, and JSON carries the same."""

import json

import numpy as np
import pytest

from emotag_model.evaluation.agent_messages import cuts, figures_of, parts_of
from emotag_model.evaluation.agent_report import NOTE, agent_json, agent_tables, tags_of
from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.metrics import calibration_error
from emotag_model.evaluation.outcome import taxonomy_outcome
from emotag_model.labels import BASIC_LABELS, HEADS, OUTPUTS, default_labels
from tests.unit.model.evaluation.agents_example import MESSAGES, TAGS


@pytest.fixture(scope="module")
def outcome():
    """What a model gave that tags the messages so."""
    logits = np.full((len(MESSAGES), len(OUTPUTS)), -9, np.float32)
    truth = np.zeros(logits.shape, np.float32)
    places = {label: HEADS["basic"].start + place for place, label in enumerate(BASIC_LABELS)}
    for row, (message, tag) in enumerate(zip(MESSAGES, TAGS, strict=True)):
        logits[row, places[tag.label]] = np.log(tag.score / (1 - tag.score))
        truth[row, [places[label] for label in message.accept]] = 1
    return taxonomy_outcome(default_labels().taxonomy("basic"), logits, truth, MACRO)


@pytest.fixture(scope="module")
def lines(outcome):
    return agent_tables(MESSAGES, outcome).splitlines()


def test_tags_are_the_label_and_score_that_each_message_got(outcome):
    found = tags_of(outcome)
    assert [each.label for each in found] == [each.label for each in TAGS]
    assert [each.score for each in found] == pytest.approx([each.score for each in TAGS])
    assert all(type(each.score) is float for each in found)


def test_a_line_for_every_part_and_source(lines):
    for line in (
        "| random | 3 | 0.667 | 0.667 | 3 | 0.667 | 1 | 1.000 | - |",
        "| emotional | 2 | 1.000 | 0.500 | 1 | 1.000 | 1 | 1.000 | - |",
        "| keyword | 1 | 0.000 | 0.000 | 0 | - | 1 | 0.000 | - |",
        "| a | 3 | 0.667 | 0.667 | 2 | 0.500 | 2 | 1.000 | - |",
        "| b | 3 | 0.667 | 0.333 | 2 | 1.000 | 1 | 0.000 | - |",
        "| all | 6 | 0.667 | 0.500 | 4 | 0.750 | 3 | 0.667 | - |",
    ):
        assert line in lines


def test_a_line_for_every_label(lines):
    for line in (
        "| anger | 0 | 0 | - | - | 0.000 |",
        "| joy | 2 | 3 | 0.667 | 1.000 | 0.800 |",
        "| sadness | 1 | 0 | - | 0.000 | 0.000 |",
        "| neutral | 2 | 2 | 0.500 | 0.500 | 0.500 |",
    ):
        assert line in lines
    assert [line.split(" | ")[0] for line in lines if line.startswith("| joy")] == ["| joy"]


def test_a_line_for_every_score_that_may_be_asked_for(lines):
    for line in (
        "| 0.00 | 4 | 0.750 | 0.333 |",
        "| 0.60 | 3 | 0.667 | 0.333 |",
        "| 0.90 | 1 | 1.000 | 0.333 |",
        "| 0.95 | 0 | - | 0.000 |",
    ):
        assert line in lines


def test_who_the_readers_were_and_how_far_scores_are_off_is_said(lines, outcome):
    assert lines[0] == NOTE
    assert "language models" in NOTE
    assert lines[-1] == f"calibration error {calibration_error(outcome.tag_scores, outcome.tag_right):.4f}"


def test_json_carries_the_same_figures(outcome):
    found, tags = json.loads(json.dumps(agent_json(MESSAGES, outcome))), tags_of(outcome)
    assert list(found["parts"]) == list(parts_of(MESSAGES))
    for name, places in parts_of(MESSAGES).items():
        expected = figures_of([MESSAGES[place] for place in places], [tags[place] for place in places])
        assert found["parts"][name] == {field: getattr(expected, field) for field in found["parts"][name]}
        assert found["parts"][name].keys() >= {"accuracy", "precision", "recall", "macro_f1"}
    assert found["cuts"] == [each._asdict() for each in cuts(MESSAGES, tags)]
