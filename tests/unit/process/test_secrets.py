"""Passwords from files, which may change while they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from emotag_service.process.secrets import Secret, SecretFile, UnusableFileError, read_secret

if TYPE_CHECKING:
    from pathlib import Path


def test_a_secret_does_not_show() -> None:
    assert repr(Secret("hunter2")) == "'***'"
    assert "hunter2" not in repr({"password": Secret("hunter2")})


def test_what_the_file_holds_later_is_what_is_used(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("first\n")
    secret = SecretFile(read_secret(path, "--password-file"), path, "--password-file")
    assert (secret, secret.current()) == ("first", "first")
    path.write_text("second\n")
    assert secret.current() == "second"
    with capture_logs() as events:
        path.write_text("")
        assert secret.current() == "second"
        path.unlink()
        assert secret.current() == "second"
    assert [event["effect"] for event in events] == ["the old one stays in use"] * 2
    assert not any("second" in str(event) for event in events)
    path.write_text("third")
    assert secret.current() == "third"


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe", "is not UTF-8"), (None, "No such file")],
)
def test_a_file_without_one_is_refused_by_name(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnusableFileError, match=f"--password-file: .*{problem}"):
        read_secret(path, "--password-file")


def test_line_breaks_within_a_password_stay(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(b" a\nb \r\n")
    assert read_secret(path, "--password-file") == " a\nb "
