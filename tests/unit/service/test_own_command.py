"""What people are told to type can be typed."""

from __future__ import annotations

import shutil
import sys

import pytest

from emotag_service.cli.own_command import own_command


@pytest.mark.parametrize(
    ("on_path", "called_as", "expected"),
    [
        ("/usr/bin/emotag", "/else/emotag", "emotag"),
        (None, "/a b/bin/emotag", "'/a b/bin/emotag'"),
        (None, "/x/emotag/__main__.py", "/py thon -m emotag"),
    ],
)
def test_own_command(monkeypatch: pytest.MonkeyPatch, on_path: str | None, called_as: str, expected: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: on_path)
    monkeypatch.setattr(sys, "argv", [called_as])
    monkeypatch.setattr(sys, "executable", "/py thon")
    assert own_command() == expected.replace("/py thon", "'/py thon'")
