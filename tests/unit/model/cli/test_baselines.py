"""`emotag baselines` trains what is asked for, prints the table, and says what is missing."""

import json

import pytest

from emotag_model.baselines import subjects
from emotag_model.cli import baselines as command
from emotag_model.training.errors import TrainingError
from tests.unit.model.cli.typed import typed
from tests.unit.model.training.datafolder import tiny_recipe, write_data, write_rows


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(subjects.Recipe, "find", lambda name: tiny_recipe())
    folder = write_data(tmp_path / "data")
    write_rows(folder / "text/meld/dev.jsonl.gz", [{"text": "I am so happy!", "labels": ["joy"]}] * 5)
    return folder


run = typed(command, "baselines")


def test_a_table_on_the_screen_and_in_a_document(folder, tmp_path, capsys):
    document = tmp_path / "model.md"
    document.write_text("<!-- emotag baselines -->\n<!-- /emotag baselines -->\n")
    options = ("--data", folder, "--out", tmp_path / "out", "--only", "tfidf", "goemotions", "--seconds", "0.01")
    assert run(*options, "--into", document) == 0
    captured = capsys.readouterr()
    lines = [line.split(" | ")[0] for line in captured.out.splitlines()]
    assert [line for line in lines if line[:3] in {"| e", "| T", "| C"}] == [
        "| emotag-base " + lines[2].split()[-1],
        "| TF-IDF + logistic regression",
        "| CNN-BiSRU, GoEmotions only",
    ]
    assert "meld/dev, weighted-F1" in captured.out
    assert "dair_emotion/val.jsonl.gz: not there, so nothing is measured on it" in captured.err
    assert captured.out.strip() in document.read_text()


def test_json_and_what_was_kept(folder, tmp_path, capsys):
    options = ("--data", folder, "--out", tmp_path / "out", "--only", "goemotions", "--seconds", "0.01", "--json")
    found = []
    for _ in range(2):
        assert run(*options) == 0
        captured = capsys.readouterr()
        found.append([{**each, "messages_per_second": 0} for each in json.loads(captured.out)])
    assert found[0] == found[1]
    assert "epoch 1" not in captured.err, "it was trained before"


def test_the_transformer_is_taken_from_where_one_says(folder, tmp_path, monkeypatch, capsys):
    def missing(data, out, progress, run):
        raise TrainingError(f"{run or out}: no transformer here")

    monkeypatch.setattr(command, "minilm", missing)
    options = ("--data", folder, "--out", tmp_path / "out", "--only", "minilm", "--seconds", "0.01")
    assert run(*options) == 2
    assert f"{tmp_path / 'out'}: no transformer here" in capsys.readouterr().err
    assert run(*options, "--minilm", tmp_path / "elsewhere") == 2
    assert f"{tmp_path / 'elsewhere'}: no transformer here" in capsys.readouterr().err


def test_mistakes_are_told_in_one_line(folder, tmp_path, capsys):
    out = tmp_path / "out"
    document = tmp_path / "no-marks.md"
    document.write_text("nothing")
    for arguments, code, message in [
        (["--data", folder, "--seconds", "0"], 2, "--seconds is 0.0; it must be more than 0"),
        (["--data", folder, "--seconds", "nan"], 2, "--seconds is nan"),
        (["--data", tmp_path / "nowhere"], 2, "no such file"),
        (["--data", folder, "--only", "cnn"], 2, "--only is 'cnn'; without --architectures it must be of tfidf, "),
        (["--data", folder, "--checkpoint", tmp_path], 2, "not an emotag checkpoint"),
        (["--data", folder, "--only", "--into", document, "--seconds", "0.01"], 2, "needs a line <!-- emotag"),
        (["--data", folder, "--only", "--into", tmp_path / "no.md", "--seconds", "0.01"], 1, "no.md: No such file"),
    ]:
        assert run(*arguments, "--out", out) == code
        error = capsys.readouterr().err.splitlines()[-1]
        assert error.startswith("emotag baselines: error: ")
        assert message in error


def test_ctrl_c_says_how_to_go_on(folder, tmp_path, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "tfidf", interrupted)
    assert run("--data", folder, "--out", tmp_path / "out", "--only", "tfidf") == 130
    assert "the same command goes on" in capsys.readouterr().err


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        run("--help")
    out = capsys.readouterr().out
    assert "example:" in out
    assert out.replace("\n", " ").count("(default:") == 11
