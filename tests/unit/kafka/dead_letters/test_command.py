"""What `emotag dead-letters` says without a broker."""

from __future__ import annotations

import pytest

from emotag.cli.main import main


def outcome(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main(["dead-letters", *arguments])
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--help"], ["emotag dead-letters list --bootstrap", "exit codes: 0 done", "3 a batch of"]),
        (["list", "--help"], ["--values", "example:", "$EMOTAG_BOOTSTRAP"]),
        (["replay", "--help"], ["--to TOPIC", "default: emotag-", "GROUP.REASON", "examples:", "prefixed ACL"]),
    ],
)
def test_help_teaches(capsys, arguments: list[str], parts: list[str]):
    code, out, _ = outcome(capsys, *arguments)
    assert code == 0
    for part in parts:
        assert part in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: list|replay"),
        (["bury"], "invalid choice: 'bury'"),
        (["list", "--bootstrap", "a:1"], "required: --topic"),
        (["list", "--bootstrap", "a:1", "--topic", "t", "--limit", "0"], "--limit: must be at least 1, not '0'"),
        (["list", "--topic", "t"], "emotag dead-letters list: error: --bootstrap is missing; give it, or set $"),
        (["replay", "--bootstrap", "a:1", "--topic", "t", "--group", ""], "--group: must not be empty"),
        (["replay", "--bootstrap", "nowhere", "--topic", "t"], "--bootstrap: must be HOST:PORT"),
        (["list", "--bootstrap", "a:1", "--topic", "t", "--tls-ca", "/none"], "--tls-ca: /none: No such file"),
    ],
)
def test_bad_usage_is_explained(capsys, monkeypatch, arguments: list[str], said: str):
    monkeypatch.delenv("EMOTAG_BOOTSTRAP", raising=False)
    code, out, err = outcome(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
