"""`emotag baselines --architectures` trains, keeps, draws and prints, and says what does not fit."""

import json

import pytest

from emotag_model.baselines.architectures.architecture import ARCHITECTURES
from emotag_model.cli import architectures
from emotag_model.cli import baselines as command
from tests.unit.model.cli.typed import typed
from tests.unit.model.training.datafolder import tiny_recipe

run = typed(command, "baselines")


@pytest.fixture
def options(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(architectures.Recipe, "find", lambda name: tiny_recipe())
    return ["--architectures", "--data", folder, "--out", tmp_path / "out", "--seconds", "0.01", "--epochs", "1"]


def test_a_table_on_the_screen_and_in_a_document_and_a_plot(options, tmp_path, capsys):
    document = tmp_path / "model.md"
    document.write_text("<!-- architectures -->\n<!-- /architectures -->\n")
    assert (
        run(*options, "--only", "cnn", "cnn-bisru", "--seeds", "1", "2", "1", "--messages", "99", "--into", document)
        == 0
    )
    captured = capsys.readouterr()
    titles = [line.split(" | ")[0] for line in captured.out.splitlines() if line.startswith("| ")]
    assert titles == ["| architecture", "| ---", "| CNN", "| CNN-BiSRU"]
    assert "of 99 messages" in captured.out
    assert "over 2 seeds" in captured.out
    assert captured.out.strip() in document.read_text()
    assert "CNN-BiSRU, seed 2: training 4 of 4" in captured.err
    assert (tmp_path / "out" / "architectures.svg").is_file()


def test_json_of_what_was_kept_and_a_plot_elsewhere(options, tmp_path, capsys):
    found = []
    for _ in range(2):
        plot = tmp_path / "images" / "a.png"
        assert run(*options, "--only", "bilstm", "--seeds", "5", "--json", "--plot", plot) == 0
        captured = capsys.readouterr()
        found.append([{**each, "messages_per_second": 0} for each in json.loads(captured.out)])
        assert plot.is_file()
    assert found[0] == found[1]
    assert found[0][0]["trainings"][0]["seed"] == 5
    assert "epoch 1" not in captured.err, "it was trained before"


def test_all_are_the_default(options, capsys):
    assert run(*options, "--seeds", "1") == 0
    out = capsys.readouterr().out
    assert all(f"| {each.title} | " in out for each in ARCHITECTURES)


def test_mistakes_are_told_in_one_line_before_anything_is_trained(options, tmp_path, capsys):
    for arguments, message in [
        (["--only", "rnn"], "--only is 'rnn'; with --architectures it must be of cnn, "),
        (["--only"], "--only names nothing; with --architectures"),
        (["--epochs", "0"], "epochs is 0; it must be at least 1"),
        (["--seeds", "1", "-1"], "seed is -1; it must be 0 or more"),
        (["--messages", "0"], "--messages is 0; it must be at least 1"),
        (["--plot", tmp_path / "a.gif"], "a.gif; its name must end in .svg or .png"),
        (["--data", tmp_path / "nowhere"], "no such file"),
    ]:
        assert run(*options, *arguments) == 2
        error = capsys.readouterr().err
        assert error.startswith("emotag baselines: error: ")
        assert message in error


def test_what_was_trained_otherwise_is_told(options, tmp_path, capsys):
    assert run(*options, "--only", "cnn", "--seeds", "1") == 0
    assert run(*options, "--only", "cnn", "--seeds", "1", "--epochs", "2") == 2
    assert "cnn-seed-1.json: of other settings: epochs 1 → 2" in capsys.readouterr().err.splitlines()[-1]


def test_ctrl_c_says_how_to_go_on(options, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(architectures, "study", interrupted)
    assert run(*options) == 130
    assert "the same command goes on after the last whole training" in capsys.readouterr().err
