"""Rows are judged in the label set that is named or fits, and what is left out is counted."""

import json

import numpy as np
import pytest

from emotag_model.evaluation.label_set import OWN_LABEL_SETS, LabelSet
from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.evaluation.selection import select
from emotag_model.text import TextDataError

MOODS = LabelSet(name="moods", title="Moods", members={"up": ("joy",), "down": ("sadness",)}, without=("odd", "so-so"))
KNOWN = (*OWN_LABEL_SETS, MOODS)


@pytest.fixture
def write(tmp_path):
    def write(*labels):
        path = tmp_path / "a.jsonl"
        rows = [{"text": f"message {row}", "labels": each} for row, each in enumerate(labels)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


def test_labels_become_places_and_truth(write):
    path = write(["down"], ["up"], ["up", "down"])
    found = select(path, KNOWN, "moods")
    assert [each.labels for each in found.examples] == [(1,), (0,), (0, 1)]
    assert [each.place for each in found.examples] == [f"{path}:{line}" for line in (1, 2, 3)]
    np.testing.assert_array_equal(found.truth, [[0, 1], [1, 0], [1, 1]])
    assert (found.left_out, found.alternatives) == ({}, ())


def test_of_several_readers_what_either_accepts_is_true(tmp_path):
    rows = [{"text": "a", "label": None, "accept": ["up", "down"]}, {"text": "b", "labels": ["up"], "accept": ["down"]}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [each.labels for each in select(tmp_path / "a.jsonl", KNOWN, "moods").examples] == [(0, 1), (1,)]
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "a", "labels": ["up"], "accept": "up"}) + "\n")
    with pytest.raises(TextDataError, match=r"a\.jsonl:1: accept must be a list of label names, not 'up'"):
        select(tmp_path / "a.jsonl", KNOWN, "moods")


def test_what_has_no_counterpart_is_counted(write):
    found = select(write(["up"], ["odd"], [], ["odd"], ["so-so", "odd"], ["odd", "down"]), KNOWN, "moods")
    assert [each.text for each in found.examples] == ["message 0", "message 5"]
    assert [each.labels for each in found.examples] == [(0,), (1,)]
    assert found.left_out == {"odd": 2, "no label": 1, "so-so + odd": 1}


def test_the_label_set_is_guessed_and_others_are_named(write):
    assert select(write(["up"], ["down"]), KNOWN).label_set is MOODS
    assert select(write(["joy"], ["grief"]), KNOWN).label_set.name == "goemotions"
    found = select(write(["joy"], ["anger"]), (*KNOWN, *LABEL_SETS))
    assert found.label_set.name == "tweeteval"
    assert {"meld", "tec", "dair", "goemotions"} <= set(found.alternatives)


@pytest.mark.parametrize(
    ("rows", "name", "message"),
    [
        ([["up"], ["sideways"]], "moods", r"a\.jsonl:2: labels has 'sideways'; 'moods' has down, odd, so-so, up"),
        ([["up"], ["sideways"]], "", r"a\.jsonl:2: labels has 'sideways'; no label set has all .* 'moods' has most"),
        ([["up"]], "mood", "--label-set 'mood' is unknown; use one of goemotions, basic, moods"),
        ([["odd"], ["so-so"]], "moods", "no message has a label that 'moods' scores"),
        ([[]], "", "holds no labelled messages; for texts without labels use --unlabelled"),
        ([], "", "holds no labelled messages"),
        ([None], "", r"a\.jsonl:1: labels must be a list of label names, not None"),
        ([["up"], "down"], "", r"a\.jsonl:2: labels must be a list of label names, not 'down'"),
        ([[3]], "", r"a\.jsonl:1: labels must be a list of label names, not \[3\]"),
    ],
)
def test_mistakes_are_named(write, rows, name, message):
    with pytest.raises(TextDataError, match=message):
        select(write(*rows), KNOWN, name)
