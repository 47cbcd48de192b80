"""`emotag train` shows its progress, resumes after a kill, and says what is wrong in one line."""

from dataclasses import fields

import pytest

from emotag_model.checkpoint import Checkpoint
from emotag_model.cli import train as command
from emotag_model.training.recipe import recipe_names
from emotag_model.training.settings import TrainingSettings
from tests.unit.model.cli.typed import typed
from tests.unit.model.training.datafolder import TINY

OPTIONS = [
    word
    for name, value in TINY.items()
    for word in (f"--{name.replace('_', '-')}", *map(str, value if isinstance(value, tuple) else [value]))
]


run = typed(command, "train")


def test_a_checkpoint_is_written_and_named(folder, tmp_path, capsys):
    assert run("--data", folder, "--out", tmp_path / "out", *OPTIONS, "--name", "mine", "--version", "2.1") == 0
    captured = capsys.readouterr()
    identity = Checkpoint.load(tmp_path / "out").identity
    assert captured.out == f"{tmp_path / 'out'}: mine 2.1 ({identity.digest[:12]})\n"
    assert "160 messages in GoEmotions' words, 0 left out" in captured.err
    assert "epoch 3: loss" in captured.err


def test_mistakes_are_told_in_one_line(folder, tmp_path, capsys):
    for arguments, message in [
        (["--data", tmp_path / "nowhere"], "train.jsonl.gz: no such file; --data must name"),
        (["--data", folder, "--glove", tmp_path / "nowhere"], "nowhere: no such file; name a GloVe"),
        (["--data", folder, "--epochs", "0"], "epochs is 0; it must be at least 1"),
        (["--data", folder, "--resume"], "no run to resume"),
        (["--data", folder, "--kernel", "2"], None),
        (["--data", folder, "--recipe", "soup"], "no recipe 'soup': name one of base, goemotions"),
        (["--data", folder, "--dropout", "1.5"], "the network cannot be built: dropout must be"),
    ]:
        if message is None:
            with pytest.raises(SystemExit) as stop:
                run(*arguments, "--out", tmp_path / "out")
            assert stop.value.code == 2
            continue
        assert run(*arguments, "--out", tmp_path / "out") == 2
        error = capsys.readouterr().err.splitlines()[-1]
        assert error.startswith("emotag train: error: ")
        assert message in error


def test_an_out_that_cannot_be_written(folder, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert run("--data", folder, "--out", tmp_path / "file", *OPTIONS) == 1
    assert "emotag train: error: " in capsys.readouterr().err


def test_ctrl_c_says_how_to_go_on(folder, tmp_path, capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "train", interrupted)
    assert run("--data", folder, "--out", tmp_path / "out") == 130
    assert "interrupted before anything was kept; the same command starts anew" in capsys.readouterr().err
    for kept in ("state.safetensors", "teachers"):
        place = tmp_path / kept / "run" / kept
        place.mkdir(parents=True)
        assert run("--data", folder, "--out", tmp_path / kept) == 130
        assert "--resume continues" in capsys.readouterr().err


def test_every_setting_has_an_option_with_help():
    assert set(command._HELP) == {field.name for field in fields(TrainingSettings)}


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        run("--help")
    out = capsys.readouterr().out
    assert "example:" in out
    assert out.count("(default:") >= len(fields(TrainingSettings))
    assert all(name in out for name in recipe_names())
    assert all(part in out for part in ("text/goemotions/", "agents/", "glove/"))
