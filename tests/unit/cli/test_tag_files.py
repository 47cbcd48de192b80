"""`emotag tag-files` on a terminal: the share that its line shows grows with what was read."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from emotag.cli import progress
from emotag.cli.main import main
from tests.unit.cli.terminal import Terminal

ROWS = b'{"text": "Thank you so much!"}\n' * 30


def test_the_share_that_was_read_grows_to_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [tmp_path / f"{number}.jsonl" for number in range(3)]
    for path in inputs:
        path.write_bytes(ROWS)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "INTERVAL", 0.0)  # every part is shown
    assert main(["tag-files", *map(str, inputs), "--output", str(tmp_path / "out"), "--workers", "1"]) == 0
    shown = re.findall(r"\x1b\[K(\S+) lines +(\d+)% read", terminal.getvalue())
    assert shown == [("30", "33"), ("60", "67"), ("90", "100"), ("90", "100")]
