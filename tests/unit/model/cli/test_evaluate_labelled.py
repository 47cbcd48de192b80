"""What is printed of labelled messages says how they were judged, against what, and what was left out."""

import argparse
import json

import pytest

from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
from emotag_model.cli.evaluate_labelled import evaluate_labelled
from emotag_model.evaluation.report import DEFINITIONS
from emotag_model.evaluation.zero_shot import RULE
from emotag_model.text import TextDataError

OPTIONS = {
    "label_set": "",
    "against": None,
    "against_predictions": None,
    "predictions_out": None,
    "report": None,
    "json": False,
    "resamples": 20,
    "seed": 1,
}


@pytest.fixture(scope="module")
def checkpoint():
    return Checkpoint.load(default_checkpoint())


@pytest.fixture
def judge(checkpoint, tmp_path):
    def judge(rows, **changes):
        data = tmp_path / "data.jsonl"
        data.write_text("".join(json.dumps({"text": text, "labels": labels}) + "\n" for text, labels in rows))
        return evaluate_labelled(checkpoint, argparse.Namespace(**{**OPTIONS, "data": data, **changes}))

    return judge


def test_own_labels_have_every_taxonomy_and_no_zero_shot_rule(judge):
    out = judge([("Thanks!", ["gratitude"]), ("I hate it.", ["anger", "annoyance"])])
    assert all(f"{name}: " in out for name in ("ekman", "goemotions", "sentiment"))
    assert DEFINITIONS in out
    assert RULE not in out
    assert "differences" not in out


AGENTS = [
    {"text": "I am so happy!", "label": "joy", "accept": ["joy"], "part": "random", "source": "a"},
    {"text": "The file has 40 rows.", "label": "neutral", "accept": ["neutral"], "part": "keyword", "source": "b"},
    {"text": "This makes me furious!", "label": None, "accept": ["anger", "disgust"], "part": "random", "source": "b"},
]


@pytest.fixture
def judge_agents(checkpoint, tmp_path):
    def judge(rows, **changes):
        (tmp_path / "agents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        options = {**OPTIONS, "data": tmp_path / "agents.jsonl", **changes}
        return evaluate_labelled(checkpoint, argparse.Namespace(**options))

    return judge


def test_agents_messages_have_figures_of_every_part_and_source(judge_agents):
    out = judge_agents(AGENTS)
    assert "labels: basic" in out
    assert "| part, source | messages | accuracy |" in out
    assert [line.split(" | ")[0] for line in out.splitlines() if " | 1.000 | " in line][:5] == [
        *("| random", "| keyword", "| a", "| b", "| all")
    ]
    assert "basic: 7 labels, 3 messages" in out
    found = json.loads(judge_agents(AGENTS, json=True))
    assert found["agents"]["parts"]["all"]["accuracy"] == found["taxonomies"][0]["accuracy"] == 1
    assert found["agents"]["cuts"][0]["said"] == 2


def test_without_parts_and_sources_there_are_none(judge_agents):
    rows = [{name: row[name] for name in ("text", "accept")} for row in AGENTS]
    assert "part, source" not in judge_agents(rows)
    assert "agents" not in json.loads(judge_agents(rows, json=True))
    assert "part, source" not in judge_agents(AGENTS, label_set="meld")


def test_a_message_of_which_nothing_is_accepted_is_left_out_of_all_figures(judge_agents):
    rows = [*AGENTS, {"text": "Hm.", "label": None, "accept": [], "part": "random", "source": "a"}]
    assert "left out: 1 messages without a label that is scored: 1 'no label'" in judge_agents(rows)


def test_labels_of_others_have_one_table_and_the_rule(judge):
    out = judge([("Thanks!", ["happy"]), ("I hate it.", ["angry"])])
    assert out.count("95 % interval") == 2
    assert "micro-F1 without 'others', 95 % interval" in out
    assert RULE in out


def test_names_that_fit_several_label_sets(judge):
    out = judge([("Wow!", ["surprise"]), ("Okay.", ["neutral"])])
    assert "labels: basic" in out
    assert "guessed, --label-set could also be meld, xed, crowdflower, goemotions" in out
    assert "labels: goemotions" in judge([("Wow!", ["surprise"])], label_set="goemotions")


def test_what_is_left_out_is_said_first(judge):
    out = judge([("meh", ["boredom"]), ("hm", ["empty"]), ("hm", ["empty"]), ("yay", ["fun"])])
    assert "left out: 3 messages without a label that is scored: 2 'empty', 1 'boredom'" in out.splitlines()[2]


def test_intervals_depend_on_the_seed_alone(judge):
    rows = [("Thanks!", ["gratitude"]), ("I hate it.", ["anger"]), ("Hm.", ["confusion"]), ("No.", ["neutral"])] * 3
    assert judge(rows, seed=4) == judge(rows, seed=4)
    assert judge(rows, seed=4) != judge(rows, seed=5)


def test_no_resamples_no_intervals(judge):
    assert "interval" not in judge([("Thanks!", ["gratitude"])], resamples=0)


def test_a_file_of_another_programs_predictions(judge, tmp_path):
    rows = [("Thanks!", ["happy"]), ("I hate it.", ["angry"]), ("It is late.", ["others"])]
    theirs = tmp_path / "theirs.jsonl"
    theirs.write_text("".join(json.dumps({"text": text, "given": {"emocontext": ["sad"]}}) + "\n" for text, _ in rows))
    out = judge(rows, against_predictions=theirs)
    assert f"differences are to {theirs}, paired on the same messages" in out
    found = json.loads(judge(rows, against_predictions=theirs, json=True))["taxonomies"][0]["differences"]
    assert found["macro-F1"]["value"] > 0.5
    assert found["macro-F1"]["better"] == 1


def test_what_cannot_be_compared_with(judge, tmp_path):
    rows = [("Thanks!", ["happy"])]
    with pytest.raises(CheckpointError, match="not an emotag checkpoint"):
        judge(rows, against=tmp_path)
    with pytest.raises(TextDataError, match="cannot be read"):
        judge(rows, against_predictions=tmp_path / "none.jsonl")
