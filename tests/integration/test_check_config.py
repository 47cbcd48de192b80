"""`--check-config` says what a command would run with, and what keeps it from running."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from emotag.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

TOPICS = ("--bootstrap=localhost:1,localhost:2", "--input=a", "--input=b", "--output=out", "--group=g")


def test_serve_says_where_each_setting_comes_from(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "emotag.toml"
    file.write_text(f'[serve]\ncheckpoint = "{checkpoint}"\nreflection = false\nport = 1\n', encoding="utf-8")
    monkeypatch.setenv("EMOTAG_QUEUE_MESSAGES", "9")
    assert main(["serve", "--config", str(file), "--port", "0", "--insecure", "--check-config"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert tomllib.loads(out)["serve"] == {
        "checkpoint": str(checkpoint), "reflection": False, "port": 0, "queue-messages": 9, "insecure": True,
    }  # fmt: skip
    assert f"reflection = false  # {file}: reflection\n" in out
    assert "queue-messages = 9  # $EMOTAG_QUEUE_MESSAGES\n" in out
    assert "port = 0  # --port\n" in out
    assert '# host = "127.0.0.1"\n' in out


def test_what_it_prints_for_the_tagger_is_a_file_for_it(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = (*TOPICS, "--route=joy=happy", "--only-untagged", f"--checkpoint={checkpoint}", "--taxonomy=ekman")
    assert main(["tag-topic", *options, "--check-config"]) == 0
    first = capsys.readouterr().out
    assert tomllib.loads(first)["tag-topic"]["route"] == ["joy=happy"]
    file = tmp_path / "emotag.toml"
    file.write_text(first, encoding="utf-8")
    assert main(["tag-topic", "--config", str(file), "--check-config"]) == 0
    assert tomllib.loads(capsys.readouterr().out) == tomllib.loads(first)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("serve", "--tls-cert=/nowhere"), 1, "--tls-cert: /nowhere"),
        (("serve", "--tokens=/nowhere"), 1, "--tokens: /nowhere"),
        (("serve", "--drift-reference=/nowhere"), 2, "/nowhere"),
        (("serve", "--checkpoint=/nowhere"), 1, "/nowhere"),
        (("serve", "--devices=abacus"), 1, "abacus"),
        (("serve", "--host=0.0.0.0"), 1, "will not listen on 0.0.0.0:50051 in plaintext"),
        (("serve", "--http-port=8080", "--http-host=::"), 1, "will not listen on [::]:8080 in plaintext"),
        (("serve", "--port=5000", "--http-port=5000"), 1, "127.0.0.1:5000 for --http-port: --port has the port"),
        (("serve", "--port=5000", "--ops-port=5000"), 1, "for --ops-port: --port has the port"),
        (("serve", "--host=0.0.0.0", "--insecure", "--port=5000", "--http-port=5000"), 1, "--port has the port"),
        (("serve", "--host=localhost", "--port=5000", "--http-port=5000"), 1, "--port has the port"),
        (("serve", "--tls-key=x"), 2, "--tls-key is given without --tls-cert"),
        (("tag-topic", *TOPICS, "--checkpoint=/nowhere"), 1, "/nowhere"),
        (("tag-topic", *TOPICS, "--taxonomy=plutchik"), 2, "plutchik"),
        (("tag-topic", *TOPICS, "--tls-ca=/nowhere"), 2, "--tls-ca: /nowhere"),
        (("tag-topic", *TOPICS, "--engine=grpcs://localhost:1", "--engine-tls-ca=/nowhere"), 1, "/nowhere"),
        (("tag-topic", *TOPICS, "--drift-reference=/nowhere"), 2, "/nowhere"),
        (("tag-topic", *TOPICS, "--route=gloom=x"), 2, "gloom"),
        (("tag-topic", *TOPICS[:-1]), 2, "--group is missing"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: tuple[str, ...], code: int, words: str, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = (
        () if any("checkpoint" in one or "--engine=" in one for one in arguments) else (f"--checkpoint={checkpoint}",)
    )
    assert main([*arguments, *tiny, "--check-config"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith(f"emotag {arguments[0]}: error: ")
    assert words in err


def test_a_service_that_tags_is_not_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tag-topic", *TOPICS, "--engine=grpc://localhost:1", "--check-config"]) == 0
    assert capsys.readouterr().out.startswith("[tag-topic]\n")
