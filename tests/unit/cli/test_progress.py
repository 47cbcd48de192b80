"""The progress line."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

from emotag.cli.progress import Progress
from tests.unit.cli.terminal import Terminal


def progress(output: io.StringIO, size: int | None = 200) -> tuple[Progress, Any]:
    clock = SimpleNamespace(now=0.0)
    source: Any = SimpleNamespace(size=size, position=lambda: 50)
    return Progress(output, source, lambda: clock.now), clock


def test_nothing_is_written_but_to_a_terminal() -> None:
    output = io.StringIO()
    one, _ = progress(output)
    one.count(failed=False)
    one.finish()
    assert output.getvalue() == ""
    assert (one.done, one.errors) == (1, 0)


def test_counts_share_and_rate() -> None:
    output = Terminal()
    one, clock = progress(output)
    clock.now = 2.0
    for number in range(1000):
        one.count(failed=number < 3)
    one.finish()
    assert output.getvalue().endswith("1,000 lines   25% read  500/s  3 errors\n")


def test_it_is_not_rewritten_for_every_line() -> None:
    output = Terminal()
    one, clock = progress(output)
    for _ in range(100):
        clock.now += 0.01
        one.count(failed=False)
    assert 8 <= output.getvalue().count("\r") <= 12


def test_a_pipe_has_no_share() -> None:
    output = Terminal()
    one, _ = progress(output, None)
    one.finish()
    assert "read" not in output.getvalue()
