"""Finding commands, and what failures look like."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import pytest

from emotag import EmotionError, InternalError, InvalidArgumentError, UnavailableError
from emotag.channel import DEFAULT_TARGET
from emotag.cli import commands
from emotag.cli.main import dispatch
from tests.unit.sdk.scripted import status

EMOTAG = [sys.executable, "-m", "emotag"]
COMMAND = commands.Command("do", "emotag_do", "does it", "server")


@pytest.fixture
def plug_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes `do` a command that does what it is given."""

    def make(run: Any) -> None:
        module = SimpleNamespace(add_arguments=lambda parser: parser.add_argument("--n", type=int, default=1), run=run)
        monkeypatch.setitem(sys.modules, "emotag_do", module)

    return make


def raising(error: BaseException) -> Any:
    def run(args: Any) -> int:
        raise error

    return run


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_names_every_command(emotag: Any, arguments: list[str]) -> None:
    outcome = emotag(*arguments)
    assert outcome.code == 0
    assert all(f"  {name} " in outcome.out for name in commands.COMMANDS)
    assert "example:" in outcome.out


def test_help_is_shown_where_the_encoding_lacks_some_of_its_letters() -> None:
    variables = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run([*EMOTAG, "--help"], env=variables, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"names ?" in done.stdout


def closed(streams: str, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """What a command does that is started with these standard streams closed, as a shell writes it."""
    command = ["sh", "-c", f'exec "$@" {streams}', "sh", *EMOTAG, *arguments]
    return subprocess.run(command, input=said, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("streams", ["2>&-", "<&-", "<&- 2>&-"])
def test_a_closed_input_is_empty_and_closed_errors_are_lost(server: Any, streams: str) -> None:
    for arguments in (["classify", "hi"], ["classify", "-"], ["stream"]):
        done = closed(streams, *arguments, "--target", server.target, said='{"text": "hi"}\n')
        assert (done.returncode, done.stderr) == (0, "")
        assert bool(done.stdout) == ("<&-" not in streams or "hi" in arguments)


@pytest.mark.parametrize(("streams", "told"), [(">&-", True), (">&- 2>&-", False)])
def test_what_a_closed_output_loses_is_not_lost_silently(server: Any, streams: str, told: bool) -> None:
    for arguments in (["classify", "hi"], ["classify", "-"], ["stream"]):
        done = closed(streams, *arguments, "--target", server.target, said='{"text": "hi"}\n')
        said = f"emotag {arguments[0]}: error: Bad file descriptor\n" if told else ""
        assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


@pytest.mark.parametrize(("streams", "said"), [("2>&-", ""), (">&-", "emotag info: error: UNAVAILABLE")])
def test_an_error_goes_to_no_stream_but_its_own(streams: str, said: str) -> None:
    done = closed(streams, "info", "--target", "127.0.0.1:1", "--timeout", "1")
    assert (done.returncode, done.stdout, done.stderr[: len(said)]) == (1, "", said)
    assert bool(done.stderr) == bool(said)


def test_version(emotag: Any) -> None:
    assert emotag("--version").out == f"emotag {version('emotag')}\n"


def test_an_unknown_command(emotag: Any) -> None:
    outcome = emotag("clasify")
    assert outcome.code == 2
    assert "clasify" in outcome.err
    assert "classify" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["classify", "--", "-nice"], ["-nice"]),
        (["classify", "--", "--local", "--json", "hi"], ["--local", "--json", "hi"]),
        (["classify", "--json", "--", "--", "hi"], ["--", "hi"]),
        (["classify", "hi", "--", "--help"], ["hi", "--help"]),
        (["--", "classify", "hi"], ["hi"]),
        (["--", "classify", "--", "--help"], ["--help"]),
    ],
)
def test_what_follows_the_command_is_its_own(emotag: Any, server: Any, arguments: list[str], texts: list[str]) -> None:
    outcome = emotag(*arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert server.texts == texts


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--"], 0, ""),
        (["--help", "classify"], 0, ""),
        (["--version", "classify", "hi"], 0, ""),
        (["--local", "classify", "hi"], 2, "emotag: error: unrecognized arguments: --local"),
        (["--", "--version"], 2, "invalid choice: '--version'"),
        (["-1", "classify"], 2, "invalid choice: '-1'"),
        (["-"], 2, "invalid choice: '-'"),
        ([""], 2, "invalid choice: ''"),
    ],
)
def test_what_stands_before_the_command_is_not(emotag: Any, arguments: list[str], code: int, said: str) -> None:
    outcome = emotag(*arguments)
    assert outcome.code == code
    assert said in outcome.err
    assert bool(outcome.out) == (code == 0)


@pytest.mark.parametrize("name", ["classify", "stream", "info", "demo"])
def test_help_teaches(emotag: Any, name: str) -> None:
    outcome = emotag(name, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"usage: emotag {name}")
    assert "example" in outcome.out
    options = outcome.out.count("  --") - outcome.out.count("  emotag")
    assert outcome.out.count("(default: ") >= 2, options


def test_every_module_of_the_table_is_a_plug_in() -> None:
    for command in commands.COMMANDS.values():
        if not command.extra:
            module = command.load()
            assert callable(module.run)
            assert callable(module.add_arguments)


def test_only_the_called_command_is_imported(monkeypatch: pytest.MonkeyPatch, plug_in: Any) -> None:
    imported: list[str] = []
    original = importlib.import_module
    monkeypatch.setattr(importlib, "import_module", lambda name: imported.append(name) or original(name))
    plug_in(lambda args: 0)
    assert dispatch(COMMAND, []) == 0
    assert set(imported) == {"emotag_do"}


def test_the_exit_code_is_the_commands(plug_in: Any) -> None:
    plug_in(lambda args: args.n)
    assert dispatch(COMMAND, ["--n", "7"]) == 7


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (InvalidArgumentError("text: is empty"), 2, "error: text: is empty"),
        (InternalError("oops"), 1, "error: INTERNAL: oops"),
        (UnavailableError("refused"), 1, "emotag serve"),
        (EmotionError("odd"), 1, "error: UNKNOWN: odd"),
        (FileNotFoundError(2, "No such file or directory", "x.jsonl"), 1, "error: x.jsonl: No such file or directory"),
        (OSError("plain"), 1, "error: plain"),
    ],
)
def test_failures_are_one_line_and_a_code(
    plug_in: Any, capsys: Any, error: BaseException, code: int, said: str
) -> None:
    plug_in(raising(error))
    assert dispatch(COMMAND, []) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


def test_a_missing_extra_is_answered_with_the_command_that_adds_it(plug_in: Any, capsys: Any) -> None:
    plug_in(raising(ModuleNotFoundError("No module named 'torch'", name="torch")))
    assert dispatch(COMMAND, []) == 2
    assert capsys.readouterr().err == "emotag do: error: needs torch; install it with: pip install 'emotag[server]'\n"


@pytest.mark.parametrize("missing", ["emotag_service.nothing", "emotag"])
def test_a_missing_module_of_ours_is_a_defect(plug_in: Any, missing: str) -> None:
    plug_in(raising(ModuleNotFoundError("x", name=missing)))
    with pytest.raises(ModuleNotFoundError):
        dispatch(COMMAND, [])


def test_a_defect_is_not_hidden(plug_in: Any) -> None:
    plug_in(raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        dispatch(COMMAND, [])


def test_no_server(emotag: Any, server: Any) -> None:
    server.stop()
    outcome = emotag("info")
    assert outcome.code == 1
    assert outcome.err.startswith("emotag info: error: UNAVAILABLE")
    assert "emotag serve" in outcome.err


def test_a_bad_target(emotag: Any) -> None:
    outcome = emotag("classify", "a", "--target", "127.0.0.1:1")
    assert outcome.code == 1
    assert "--target" in outcome.err


def test_an_empty_target_is_one_line(emotag: Any) -> None:
    outcome = emotag("classify", "--target", "", "hi")
    assert (outcome.code, outcome.err) == (2, "emotag classify: error: target must be host:port, not ''\n")


def test_an_empty_variable_is_no_target(monkeypatch: pytest.MonkeyPatch, emotag: Any) -> None:
    monkeypatch.setenv("EMOTAG_TARGET", "")
    assert f"(default: {DEFAULT_TARGET})" in " ".join(emotag("classify", "--help").out.split())


def test_no_permission(emotag: Any, server: Any) -> None:
    server.call_failures.append(status("UNAUTHENTICATED", "who are you?"))
    outcome = emotag("info")
    hint = "Give a token with --token-file; who runs the server makes one with: emotag token new\n"
    assert (outcome.code, outcome.err) == (1, f"emotag info: error: UNAUTHENTICATED: who are you?\n{hint}")
