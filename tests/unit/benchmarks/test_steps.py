"""Each step learns from one thing more, and asks the teachers about nothing new."""

import sys
from itertools import pairwise

import pytest

from emotag_model.training.data import load_data
from emotag_model.training.material import gather
from emotag_model.training.recipe import Recipe
from emotag_model.training.train import RUN, TEACHERS, train
from tests.benchmarks import steps
from tests.unit.model.training.datafolder import TINY_TOML, Watcher, write_data, write_rows

FIELDS = """
unlabelled = ["xed_en"]
made_examples = 9
alterations = true
variants = 2
carried_words = 5
"""


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "tiny.toml").write_text(FIELDS + TINY_TOML)
    return Recipe.find(str(tmp_path / "tiny.toml"))


@pytest.fixture
def folder(tmp_path):
    folder = write_data(tmp_path / "data")
    write_rows(folder / "text/xed_en/all.jsonl.gz", [{"id": "x", "text": "the happy table", "labels": ["joy"]}])
    return folder


def test_each_step_is_the_one_before_and_something_more(folder, recipe):
    data = load_data(folder, unlabelled=recipe.unlabelled)
    found = [(name, gather(known, step), step) for name, _, step, known in steps.steps(data, recipe)]
    assert [name for name, _, _ in found] == list(steps.NAMES)
    assert found[-1][2] == recipe
    texts = [{each.text for each in material.labelled} | set(material.unlabelled) for _, material, _ in found]
    assert texts[0] == texts[1]  # the second has the teachers' scores of the same messages
    assert all(before < after for before, after in pairwise(texts[1:]))
    assert [len(step.teachers) for _, _, step in found] == [0, 1, 1, 1, 1, 1, 1]


def test_a_line_a_step_and_no_teacher_asked(folder, recipe, tmp_path, monkeypatch, capsys):
    train(load_data(folder, unlabelled=recipe.unlabelled), tmp_path / "whole", recipe, Watcher())
    arguments = ["--data", folder, "--teachers", tmp_path / "whole" / RUN / TEACHERS, "--out", tmp_path / "steps"]
    shorter = ["--recipe", tmp_path / "tiny.toml", "--seeds", "1", "2", "--steps", "labels", "words", "rows"]
    monkeypatch.setattr(sys, "argv", ["steps", *map(str, arguments + shorter)])
    assert steps.main() == 0
    said = capsys.readouterr()
    titles = [line.split(" | ")[0] for line in said.out.splitlines()]
    assert titles[2:] == [
        "| GoEmotions' labels alone",
        "| and of words that they hardly have",
        "| and rows from templates",
    ]
    assert said.out.count("±") == 3 * len(steps._TITLES)
    assert said.out.startswith("| learnt from | agents, all: macro-F1 | Ekman macro-F1 | ")
    assert "teacher" not in said.err
