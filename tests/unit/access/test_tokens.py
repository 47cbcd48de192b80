"""Tokens are found by their digests, in a file that may change."""

from __future__ import annotations

import hmac
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from emotag_service.access.grant import new_token
from emotag_service.access.tokens import TokenFileError, Tokens


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens"


def add(path: Path, name: str) -> str:
    token, grant = new_token(name, ["classify"])
    with path.open("a") as file:
        file.write(grant.line() + "\n")
    return token


def test_holders_are_told_apart(path: Path) -> None:
    path.write_text("# who may call\n\n")
    planner, coder = add(path, "planner"), add(path, "coder")
    tokens = Tokens(path)
    for token, name in ((planner, "planner"), (coder, "coder")):
        grant = tokens.find(token)
        assert grant is not None
        assert grant.name == name


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: token.swapcase(),
        lambda token: token.replace("emotag_", ""),
        lambda token: "x" * 10_000_000,
        lambda token: token + "\x00",
        lambda token: "пароль",
        lambda token: "\ud800",
    ],
)
def test_guesses_find_nothing(path: Path, change) -> None:
    token = add(path, "planner")
    assert Tokens(path).find(change(token)) is None


def test_the_digest_is_no_token(path: Path) -> None:
    add(path, "planner")
    text = path.read_text().split("sha256:")[1].strip()
    assert Tokens(path).find(text) is None
    assert Tokens(path).find(f"sha256:{text}") is None


def test_every_entry_is_compared_in_constant_time_whatever_matched(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [add(path, name) for name in ("a", "b", "c")]
    tokens = Tokens(path)
    compared: list[bytes] = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append(left)
        return left == right

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for token in (*given, "wrong"):
        compared.clear()
        tokens.find(token)
        assert len(set(compared)) == 3


def test_a_change_is_taken_up(path: Path) -> None:
    old = add(path, "planner")
    tokens = Tokens(path)
    path.unlink()
    new = add(path, "planner")
    with capture_logs() as logs:
        assert tokens.find(new) is not None
        assert tokens.find(old) is None
    assert [log["event"] for log in logs] == ["tokens reloaded"]


@pytest.mark.parametrize("content", [b"", b"nonsense\n", b"\xff\xfe", None])
def test_a_bad_file_leaves_the_old_tokens_and_is_logged_once(path: Path, content: bytes | None) -> None:
    token = add(path, "planner")
    tokens = Tokens(path)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with capture_logs() as logs:
        assert [tokens.find(token) is not None for _ in range(3)] == [True] * 3
    assert [log["event"] for log in logs] == ["tokens not reloaded"]
    assert str(path) in logs[0]["problem"]


def test_what_cannot_be_used_is_said(path: Path, tmp_path: Path) -> None:
    good = add(path, "planner")
    line = path.read_text()
    for content, words in [("x\n", "line 1: must be NAME"), ("", "has 0 tokens"), (line * 1025, "has 1025 tokens")]:
        path.write_text(content)
        with pytest.raises(TokenFileError, match=words):
            Tokens(path)
    path.write_text("#" * (2**20 + 1))
    with pytest.raises(TokenFileError, match="larger than"):
        Tokens(path)
    with pytest.raises(TokenFileError, match="Is a directory"):
        Tokens(tmp_path)
    with pytest.raises(TokenFileError, match="No such file"):
        Tokens(tmp_path / "none")
    path.write_text(line)
    assert Tokens(path).find(good) is not None
