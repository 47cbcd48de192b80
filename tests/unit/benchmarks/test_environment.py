"""An environment is made once, and again when what it is made of changed or its making was broken off."""

import sys

import pytest

from tests import environment
from tests.environment import Environments, InstallationError


@pytest.fixture
def commands(monkeypatch):
    """What would be run, without running it; an environment's folder appears as `venv` would make it."""
    seen = []

    def run(command):
        seen.append(command)
        if command[1:3] == ["-m", "venv"]:
            python = environment.Path(command[3]) / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.touch()
        return "1.2.3\n"

    monkeypatch.setattr(environment, "_run", run)
    return seen


def installed(commands):
    return [command[6:] for command in commands if "pip" in command]


def test_it_is_kept_while_its_requirements_are_the_same(tmp_path, commands):
    first = Environments(tmp_path).python("mosec", ["mosec==1", "numpy==2"])
    assert first == tmp_path / "mosec" / "bin" / "python"
    assert Environments(tmp_path).python("mosec", ["mosec==1", "numpy==2"]) == first
    assert installed(commands) == [["mosec==1", "numpy==2"]]


def test_it_is_made_anew_from_nothing_when_they_changed(tmp_path, commands):
    python = Environments(tmp_path).python("mosec", ["mosec==1"])
    (left := python.parent / "left").touch()
    Environments(tmp_path).python("mosec", ["mosec==2"])
    assert installed(commands) == [["mosec==1"], ["mosec==2"]]
    assert not left.exists()


def test_another_python_makes_it_anew(tmp_path, commands, monkeypatch):
    Environments(tmp_path).python("mosec", ["mosec==1"])
    monkeypatch.setattr(sys, "version", "another")
    Environments(tmp_path).python("mosec", ["mosec==1"])
    assert len(installed(commands)) == 2


def test_one_that_failed_is_not_taken_for_one_that_is_there(tmp_path, commands, monkeypatch):
    def fail(command):
        raise InstallationError("no such package")

    with monkeypatch.context() as patch:
        patch.setattr(environment, "_run", fail)
        with pytest.raises(InstallationError, match="no such package"):
            Environments(tmp_path).python("mosec", ["mosec==1"])
    assert not (tmp_path / "mosec").exists()
    Environments(tmp_path).python("mosec", ["mosec==1"])
    assert installed(commands) == [["mosec==1"]]


def test_the_version_is_that_of_the_environment(tmp_path, commands):
    environments = Environments(tmp_path)
    assert environments.version(environments.python("mosec", []), "mosec") == "1.2.3"


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import sys; sys.exit('ERROR: no match\\nERROR: none for mosec\\nWARNING: pip is old')", "^none for mosec$"),
        ("import sys; sys.exit('killed')", "^killed$"),
        ("import sys; sys.exit(3)", "did not say why"),
    ],
)
def test_the_reason_is_the_last_line_that_tells_one(program, why):
    with pytest.raises(InstallationError, match=why):
        environment._run([sys.executable, "-c", program])


def test_what_is_not_there_to_run_is_a_reason_too():
    with pytest.raises(InstallationError, match="No such file"):
        environment._run(["/no/such/python"])


def test_the_folder_is_in_the_cache_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert environment.default_folder("emotag-bench") == tmp_path / "emotag-bench"
