"""`make integrations`: what it installs, what it runs, and what its exit code says."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests.environment import Environments, InstallationError
from tests.frameworks import __main__ as module


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of frameworks, whose environments are this one."""
    shutil.copy(module.HERE / "pytest.ini", tmp_path)
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    monkeypatch.setattr(Environments, "python", lambda self, name, requirements: sys.executable)
    for name, passes in (("good", True), ("bad", False)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "requirements.txt").write_text("# why\none>=1  # because\n\ntwo\n")
        (tmp_path / name / f"test_{name}.py").write_text(f"def test_it():\n    assert {passes}\n")
    return tmp_path


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["frameworks", *arguments])
    return module.main()


def test_requirements_are_read_without_their_reasons(here):
    assert module.requirements("good")[-2:] == ["one>=1", "two"]
    assert "--editable" in module.requirements("good")


def test_every_folder_with_requirements_is_a_framework(here):
    (here / "notes").mkdir()
    assert module.frameworks() == ["bad", "good"]


def test_a_name_that_is_none_is_answered_with_those_that_are(here, monkeypatch, capsys):
    with pytest.raises(SystemExit) as caught:
        run(monkeypatch, "good", "ugly")
    assert caught.value.code == 2
    assert "there is no ugly; there are bad, good" in capsys.readouterr().err


def test_one_that_fails_is_named_and_the_others_are_tried_all_the_same(here, monkeypatch, capfd):
    assert run(monkeypatch) == 1
    told = capfd.readouterr()
    assert "failed: bad\n" in told.err
    assert "1 failed" in told.out
    assert "1 passed" in told.out


def test_one_that_cannot_be_installed_fails(here, monkeypatch, capsys):
    def refuse(self, name, requirements):
        raise InstallationError("there is no such package")

    monkeypatch.setattr(Environments, "python", refuse)
    assert run(monkeypatch, "good") == 1
    assert "good cannot be installed: there is no such package" in capsys.readouterr().err


def test_what_asks_for_other_versions_is_installed_without_asking(here, monkeypatch):
    commands = []

    def record(command, **options):
        commands.append([str(word) for word in command])
        return module.subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(module.subprocess, "run", record)
    (here / "good" / "without_dependencies.txt").write_text("three\n")
    assert run(monkeypatch, "good") == 0
    pip, pytest_ = commands
    assert pip[-3:] == ["--no-deps", "--requirement", str(here / "good" / "without_dependencies.txt")]
    assert pytest_[-1] == str(here / "good")
