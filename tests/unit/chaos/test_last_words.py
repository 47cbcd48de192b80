"""What is told of a process that ended by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.last_words import LONGEST, last_words

BEFORE = '{"level": "error", "event": "of another process"}\n'
INFO = '{"level": "info", "event": "tagging"}\n'
ERROR = '{"level": "error", "event": "tagger failed", "stack": "a.py:1"}\n'


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", ""),
        (INFO, INFO.strip()),
        (INFO + ERROR + INFO, ERROR.strip()),
        (f"{INFO}{ERROR}emotag tag-topic: error: no broker\n", f"{ERROR.strip()} | emotag tag-topic: error: no broker"),
        ("Traceback (most recent call last):\n  File\nKeyError: 'x'\n", "KeyError: 'x'"),
        (ERROR + '{"level": "err', ERROR.strip()),
    ],
)
def test_the_last_error_of_this_process_is_told(tmp_path: Path, said: str, told: str) -> None:
    log = tmp_path / "log"
    log.write_text(BEFORE + said)
    assert last_words(log, len(BEFORE)) == told


def test_it_is_not_told_at_any_length(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("x" * 5 * LONGEST)
    assert len(last_words(log, 0)) == LONGEST
