"""`emotag classify`."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from emotag.channel import DEFAULT_TARGET
from tests.pipes import waiting


def piped(target: str, *arguments: str, text: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "emotag", "classify", "-", *arguments]
    variables = {**os.environ, "EMOTAG_TARGET": target}
    return subprocess.run(command, input=text, env=variables, capture_output=True, timeout=60, check=False)


def test_texts_for_people(emotag: Any) -> None:
    outcome = emotag("classify", "thank you", "you there!")
    assert outcome.code == 0
    assert outcome.out.splitlines() == ["joy            0.75   thank you", "anger          0.75   you there!"]
    assert "\033" not in outcome.out


def test_texts_for_programs(emotag: Any) -> None:
    outcome = emotag("classify", "--json", "--scores", "--explain", "two words")
    assert outcome.records == [
        {
            "text": "two words",
            "label": "joy",
            "score": 0.75,
            "labels": ["joy"],
            "uncertain": False,
            "truncated": False,
            "scores": {"joy": 0.75, "anger": 0.125, "neutral": 0.125},
            "token_weights": [["two", 0.5], ["words", 0.5]],
        }
    ]


def test_scores_and_weights_for_people(emotag: Any) -> None:
    lines = emotag("classify", "two words", "--scores", "--explain").out.splitlines()
    assert lines[1].split()[:2] == ["joy", "0.75"]
    assert len(lines) == 5
    assert lines[4].split() == ["two:0.50", "words:0.50"]


def test_a_message_with_an_error_does_not_hide_the_others(emotag: Any) -> None:
    outcome = emotag("classify", "a", "", "b")
    assert outcome.code == 3
    lines = outcome.out.splitlines()
    assert len(lines) == 3
    assert lines[1].split()[:3] == ["error", "-", "INVALID_ARGUMENT:"]


def test_errors_for_programs(emotag: Any) -> None:
    outcome = emotag("classify", "--json", "")
    assert outcome.code == 3
    assert outcome.records[0]["error"] == {
        "code": "INVALID_ARGUMENT",
        "message": "text: is empty",
        "reason": "INVALID_MESSAGE",
        "field": "text",
    }


def test_a_taxonomy(emotag: Any) -> None:
    assert emotag("classify", "--taxonomy", "sentiment", "ab").out.startswith("positive ")
    outcome = emotag("classify", "--taxonomy", "colours", "ab")
    assert (outcome.code, outcome.err) == (2, "emotag classify: error: no such taxonomy\n")


@pytest.mark.parametrize("wrong", [["--top-k", "-1"], ["--top-k", "x"], ["--timeout", "0"], ["--timeout", "nan"], []])
def test_bad_usage(emotag: Any, wrong: list[str]) -> None:
    outcome = emotag("classify", *wrong, *(["a"] if wrong else []))
    assert outcome.code == 2
    assert "emotag classify: error:" in outcome.err
    assert outcome.out == ""


def test_lines_of_standard_input(server: Any) -> None:
    done = piped(server.target, text="thank you\nyou there!\r\n\nümläut 👋\nlast".encode())
    assert done.returncode == 3
    lines = done.stdout.decode().splitlines()
    assert [line.split()[0] for line in lines] == ["joy", "anger", "error", "neutral", "anger"]
    assert lines[3].endswith("ümläut 👋")


@pytest.mark.parametrize("where", [[], ["--local"]])
def test_bytes_that_are_no_text_have_an_error_of_their_own_for_who_typed_them(server: Any, where: list[str]) -> None:
    done = piped(server.target, "--json", *where, text=b"ok\n\xff\xfe\nok\n")
    assert done.returncode == 3
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert ("error" in first, "error" in third) == (False, False)
    assert second["error"]["field"] == "text"
    assert "iconv" in second["error"]["message"]


def test_an_argument_that_is_no_text_is_answered_as_a_line_is(emotag: Any) -> None:
    outcome = emotag("classify", "--json", "ok", "\udcff")
    assert outcome.code == 3
    assert "iconv" in outcome.records[1]["error"]["message"]


@pytest.mark.parametrize("where", [[], ["--local"]])
def test_an_empty_text_is_answered_alike_wherever_it_stands(server: Any, where: list[str], emotag: Any) -> None:
    line = json.loads(piped(server.target, "--json", *where, text=b"\n").stdout)
    assert emotag("classify", "--json", *where, "").records == [line]
    assert line["error"]["field"] == "text"


def test_the_timeout_is_what_its_help_says(emotag: Any, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[float] = []
    monkeypatch.setattr(server, "_received", lambda method, context: left.append(context.time_remaining()))
    assert "(default: 30; none for lines of input)" in " ".join(emotag("classify", "--help").out.split())
    emotag("classify", "hi")
    emotag("classify", "hi", "--timeout", "5")
    piped(server.target, text=b"hi\n")
    assert [5 < left[0] <= 30, 0 < left[1] <= 5, left[2] > 1e6] == [True] * 3


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        (["--target", "nowhere:1", "--timeout", "1"], "--target"),
        (["--target", DEFAULT_TARGET], "--target"),
        (["--timeout", "1"], "--timeout"),
        (["--tls"], "--tls"),
        (["--tls-ca=ca.pem"], "--tls-ca"),
        (["--token", "token"], "--token-file"),
    ],
)
def test_what_only_a_server_has_a_use_for_is_refused_without_one(emotag: Any, typed: list[str], option: str) -> None:
    outcome = emotag("classify", "--local", *typed, "hi")
    said = f"{option}: is of a server, which --local does without; give no --local, or no {option}"
    assert (outcome.code, outcome.out, outcome.err) == (2, "", f"emotag classify: error: {said}\n")


def test_what_variables_say_of_a_server_is_left_alone_without_one(emotag: Any, monkeypatch: Any) -> None:
    for variable, value in (("TARGET", "nowhere:1"), ("TARGET_TLS", "yes"), ("TARGET_TOKEN_FILE", "/no/file")):
        monkeypatch.setenv(f"EMOTAG_{variable}", value)
    outcome = emotag("classify", "--local", "--json", "thank you so much")
    assert (outcome.code, outcome.records[0]["label"]) == (0, "joy")


@pytest.mark.parametrize("command", [["classify", "-"], ["classify", "-", "--local"], ["stream"]], ids=" ".join)
def test_lines_are_waited_for_though_standard_input_does_not_block(server: Any, command: list[str]) -> None:
    """As another program has left it that shares it."""
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    line, variables = [sys.executable, "-m", "emotag", *command], {**os.environ, "EMOTAG_TARGET": server.target}
    with subprocess.Popen(line, stdin=reads, env=variables, stdout=subprocess.PIPE) as process:
        os.close(reads)
        assert process.stdout is not None
        for _ in range(2):
            os.write(writes, b'{"text": "thank you"}\n')
            assert process.stdout.readline()
        os.close(writes)
        assert process.stdout.read() == b""
        assert process.wait(30) == 0


@pytest.mark.parametrize("command", ["classify", "stream"])
def test_an_output_that_does_not_block_loses_nothing_when_it_is_full(server: Any, command: str) -> None:
    """As another program has left it that shares it."""
    reads, writes = os.pipe()
    fcntl.fcntl(writes, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writes, False)
    line = [sys.executable, "-u", "-m", "emotag", command, "--target", server.target, *["-"] * (command == "classify")]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=writes, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b'{"text": "thank you"}\n' * 500)
        process.stdin.close()
        while waiting(reads) < 4096 - 200 and process.poll() is None:  # until there is no room for a line
            time.sleep(0.01)
        os.close(writes)
        with os.fdopen(reads, "rb") as output:
            assert output.read().count(b"\n") == 500
        assert (process.wait(60), process.stderr.read()) == (0, b"")


def test_a_line_is_answered_before_the_next_comes(server: Any) -> None:
    command = [sys.executable, "-m", "emotag", "classify", "-", "--target", server.target]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write(b"thank you\n")
            process.stdin.flush()
            assert process.stdout.readline().startswith(b"joy")
        process.stdin.close()
        assert process.wait(30) == 0
