"""Figures of agents' messages are those of an example reckoned by hand, and those of the script that comes with them."""

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest

from emotag_model.evaluation.agent_messages import (
    CUTS,
    AgentMessage,
    GivenTag,
    LabelFigures,
    cuts,
    figures_of,
    is_agents_file,
    parts_of,
    read_agent_messages,
)
from emotag_model.labels import BASIC_LABELS
from emotag_model.text import TextDataError
from emotag_model.text.examples import read_rows
from tests.unit.model.evaluation.agents_example import MESSAGES, TAGS
from tests.unit.model.training.data.miniature import SHARED, needs_shared
from tests.unit.model.training.datafolder import write_rows


def test_figures_are_those_reckoned_by_hand():
    found = figures_of(MESSAGES, TAGS)
    assert (found.messages, found.said, found.meant) == (6, 4, 3)
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.always_neutral == pytest.approx(3 / 6)
    assert found.precision == pytest.approx(3 / 4)
    assert found.recall == pytest.approx(2 / 3), "neutral is accepted of the fourth"
    assert found.macro_f1 is None, "no label is meant ten times"


def test_labels_are_those_reckoned_by_hand():
    found = figures_of(MESSAGES, TAGS).labels
    assert tuple(found) == BASIC_LABELS
    expected = {
        "joy": LabelFigures(meant=2, said=3, precision=2 / 3, recall=1.0),
        "sadness": LabelFigures(meant=1, said=0, precision=None, recall=0.0),
        "disgust": LabelFigures(meant=0, said=1, precision=1.0, recall=None),
        "neutral": LabelFigures(meant=2, said=2, precision=0.5, recall=0.5),
        "anger": LabelFigures(meant=0, said=0, precision=None, recall=None),
    }
    assert {label: found[label] for label in expected} == expected
    f1 = {label: each.f1 for label, each in found.items() if each.f1}
    assert f1 == pytest.approx({"joy": 0.8, "neutral": 0.5})


def test_macro_f1_is_over_labels_that_are_meant_ten_times():
    assert figures_of(MESSAGES * 9, TAGS * 9).macro_f1 == pytest.approx((0.8 + 0.5) / 2)
    assert figures_of(MESSAGES * 10, TAGS * 10).macro_f1 == pytest.approx((0.8 + 0.5 + 0.0) / 3)


def test_no_messages_have_no_figures():
    found = figures_of([], [])
    assert (found.messages, found.accuracy, found.precision, found.recall, found.macro_f1) == (0, 0, None, None, None)


def test_messages_and_tags_go_together():
    with pytest.raises(ValueError, match="shorter"):
        figures_of(MESSAGES, TAGS[:-1])


def test_cuts_are_those_reckoned_by_hand():
    found = {each.score: (each.said, each.precision, each.recall) for each in cuts(MESSAGES, TAGS)}
    assert tuple(found) == CUTS
    third = pytest.approx(1 / 3)
    assert found[0.0] == (4, 0.75, third)
    assert found[0.6] == (3, pytest.approx(2 / 3), third)
    assert found[0.7] == found[0.8] == (2, 1.0, third)
    assert found[0.9] == (1, 1.0, third)
    assert found[0.95] == (0, None, 0.0)


def test_nothing_meant_has_no_recall_at_any_cut():
    assert {each.recall for each in cuts(MESSAGES[1:2], TAGS[1:2])} == {None}


def test_parts_come_as_they_stand_and_sources_by_name():
    found = parts_of(MESSAGES)
    assert found == {
        "random": [0, 1, 5],
        "emotional": [2, 3],
        "keyword": [4],
        "a": [0, 1, 3],
        "b": [2, 4, 5],
        "all": [0, 1, 2, 3, 4, 5],
    }
    assert list(found) == ["random", "emotional", "keyword", "a", "b", "all"]


def write(path, messages):
    """Write messages as their file has them."""
    rows = [
        {**each._asdict(), "text": f"message {row}", "accept": sorted(each.accept)} for row, each in enumerate(messages)
    ]
    write_rows(path, rows)
    return path


def test_a_file_is_read_in_its_order(tmp_path):
    path = write(tmp_path / "dev.jsonl.gz", MESSAGES)
    assert read_agent_messages(path) == MESSAGES
    assert is_agents_file(path)


@pytest.mark.parametrize("missing", ["accept", "part", "source"])
def test_a_row_that_does_not_say_all_is_no_row_of_agents_and_named(tmp_path, missing):
    path = write(tmp_path / "dev.jsonl.gz", MESSAGES)
    rows = [row.fields for row in read_rows(path)]
    del rows[2][missing]
    write_rows(path, rows)
    assert not is_agents_file(path)
    with pytest.raises(TextDataError, match=rf"dev\.jsonl\.gz:3: .*{missing}"):
        read_agent_messages(path)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("part", ["random"], r"part must be a name, not \['random'\]"),
        ("part", "", "part must be a name, not ''"),
        ("source", 7, "source must be a name, not 7"),
        ("label", ["joy"], r"label must be one of anger, .* or null, not \['joy'\]"),
        ("label", "glee", "label must be one of anger, .* or null, not 'glee'"),
        ("accept", "joy", "accept must be a list of anger, .*, not 'joy'"),
        ("accept", ["joy", {}], r"accept must be a list of anger, .*, not \['joy', {}\]"),
        ("accept", ["glee"], r"accept must be a list of anger, .*, not \['glee'\]"),
    ],
)
def test_a_field_that_is_something_else_is_named_with_its_place(tmp_path, field, value, said):
    path = write(tmp_path / "dev.jsonl.gz", MESSAGES)
    rows = [row.fields for row in read_rows(path)]
    rows[2][field] = value
    write_rows(path, rows)
    with pytest.raises(TextDataError, match=rf"dev\.jsonl\.gz:3: {said}"):
        read_agent_messages(path)


@needs_shared
@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_of_the_script_that_comes_with_the_data(tmp_path, seed):
    gold = SHARED / "agents" / "dev.jsonl.gz"
    messages, ids = read_agent_messages(gold), [row.fields["id"] for row in read_rows(gold)]
    tags = _guess(messages, seed)
    lines = [json.dumps({"id": name, **tag._asdict()}) for name, tag in zip(ids, tags, strict=True)]
    (tmp_path / "tags.jsonl").write_text("\n".join(lines) + "\n")
    command = [sys.executable, str(SHARED / "agents" / "score.py"), str(gold), str(tmp_path / "tags.jsonl"), "--json"]
    expected = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    parts = parts_of(messages)
    assert {"random", "emotional", "all", *(each.source for each in messages)} == expected.keys()
    for name, their in expected.items():
        ours = figures_of([messages[place] for place in parts[name]], [tags[place] for place in parts[name]])
        assert (ours.messages, ours.said, ours.meant) == (their["n"], their["said_non_neutral"], their["meant"])
        assert ours.accuracy == their["accuracy"]
        assert ours.always_neutral == their["always_neutral"]
        assert ours.precision == their["precision_non_neutral"]
        assert ours.recall == their["recall_non_neutral"]
        assert ours.macro_f1 == pytest.approx(their["macro_f1_10"])
        for label, row in their["labels"].items():
            names = {"meant": "gold", "said": "said", "precision": "precision", "recall": "recall"}
            assert asdict(ours.labels[label]) == {mine: row[name] for mine, name in names.items()}
            assert ours.labels[label].f1 == pytest.approx(row["f1"] or 0.0)


def _guess(messages: list[AgentMessage], seed: int) -> list[GivenTag]:
    """Tag as a mediocre model would: what is accepted, or anything."""
    random = np.random.default_rng(seed)
    right = random.random(len(messages)) < 0.7
    anything = random.choice(BASIC_LABELS, len(messages))
    pairs = zip(messages, right, anything, strict=True)
    labels = [min(message.accept) if is_right else str(guess) for message, is_right, guess in pairs]
    return [GivenTag(label, float(score)) for label, score in zip(labels, random.random(len(labels)), strict=True)]
