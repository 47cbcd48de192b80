"""`emotag evaluate` prints what an evaluation finds, and names the file and line of what it cannot read."""

import argparse
import json

import pytest
import torch

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.cli import evaluate as command
from emotag_model.evaluation import evaluate
from emotag_model.text.examples import load_examples

ROWS = [
    {"text": "Thank you so much!", "labels": ["gratitude"]},
    {"text": "I hate this so much.", "labels": ["anger"]},
    {"text": "The bus leaves at 8.", "labels": ["neutral"]},
]


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def data_file(tmp_path):
    path = tmp_path / "dev.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def run(*arguments):
    parser = argparse.ArgumentParser(prog="emotag evaluate")
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(each) for each in arguments]))


def test_json_holds_every_figure(data_file, capsys):
    assert run("--data", data_file, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    checkpoint = Checkpoint.load(default_checkpoint())
    reports = evaluate(checkpoint, load_examples(data_file, checkpoint.labels.fine))
    for each, report in zip(found["taxonomies"], reports, strict=True):
        assert each.items() >= json.loads(json.dumps(report.to_dict())).items()
        assert each["headline"] == "macro-F1"
        assert each["intervals"]["macro-F1"]["value"] == pytest.approx(report.macro_f1)
        assert each["differences"] == {}
    assert found["model"]["digest"] == checkpoint.identity.digest
    assert (found["label_set"], found["left_out"]) == ("goemotions", {})


def test_text_is_for_people(data_file, capsys):
    assert run("--data", data_file) == 0
    out = capsys.readouterr().out
    for words in (
        "emotag-base",
        "ekman: 7 labels, 3 messages",
        "goemotions: 28 labels",
        "labels: goemotions",
        "macro-F1, 95 % interval: ",
        "gratitude",
        "macro-F1",
        "15 equal bins",
    ):
        assert words in out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", ":4: not JSON"),
        ('{"text": "a", "labels": ["fun"]}', ":4: labels has 'fun'"),
        ('{"text": "\\u200b", "labels": ["joy"]}', ":4: text shows nothing"),
        ('{"labels": ["joy"]}', ":4: text must be"),
    ],
)
def test_a_bad_line_is_named(data_file, capsys, line, message):
    with data_file.open("a") as file:
        file.write(line + "\n")
    assert run("--data", data_file) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"emotag evaluate: error: {data_file}{message}")
    assert captured.out == ""


def test_a_missing_file_and_a_folder_that_is_no_checkpoint(data_file, tmp_path, capsys):
    assert run("--data", tmp_path / "none.jsonl") == 2
    assert "none.jsonl: cannot be read" in capsys.readouterr().err
    assert run("--data", data_file, "--checkpoint", tmp_path) == 2
    assert "not an emotag checkpoint" in capsys.readouterr().err


def test_a_number_of_threads_that_cannot_be(data_file, capsys):
    assert run("--data", data_file, "--threads", "0") == 2
    assert "--threads is 0; it must be at least 1" in capsys.readouterr().err


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        run("--help")
    out = capsys.readouterr().out
    assert "example:" in out
    assert out.replace("\n", " ").count("(default:") >= 12
