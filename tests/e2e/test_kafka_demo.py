"""`emotag demo` on the Kafka road: real broker, real tagger, real checkpoint; nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from emotag.cli.demo_script import SCRIPT

COMMAND = [sys.executable, "-m", "emotag", "demo", "--fast"]
SECONDS = 120


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the demo has its temporary files; empty at its end."""
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


def variables(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder), "EMOTAG_DEVICES": "cpu:1", "EMOTAG_SASL_MECHANISM": "PLAIN"}


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_records_come_back_tagged_and_in_order(service: str, folder: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--road", "kafka", "--target", service],
        capture_output=True, text=True, timeout=SECONDS, check=False, env=variables(folder),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    beginning = lines.index("") + 1
    # Dead letters have a topic of their own: between the two, no order is promised.
    tagged = [line for line in lines[beginning : beginning + 2 * len(SCRIPT) + 2 : 2] if "dead letter" not in line]
    for line, (sender, text) in zip(tagged, [one for one in SCRIPT if one[1]], strict=True):
        assert line.startswith(sender)
        assert line.endswith(text)
    headers = [line for line in lines if line.startswith("         key=release-night  message-id=release-night-")]
    assert len(headers) == len(SCRIPT) + 1
    assert sum("emotion-status=OK" in line for line in headers) == len(tagged)
    assert f"messages   {len(SCRIPT) + 1}" in done.stdout
    assert "errors     NO_TEXT 1, NOT_TEXT 1" in done.stdout
    assert lines[-1] == "the tagger and the broker have stopped"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_leave_nothing_behind(folder: Path, number: signal.Signals, service: str) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--road", "kafka", "--target", service],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables(folder),
    )  # fmt: skip
    with process:
        try:
            until = time.monotonic() + SECONDS
            while len(children := descendants(process)) < 2:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.01)
            process.send_signal(number)
            _, err = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    assert process.returncode == 128 + number, err
    assert not [one for one in children if one.is_running()]


def test_a_tagger_that_cannot_start_is_told(folder: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--road", "kafka"],
        capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**variables(folder), "EMOTAG_CHECKPOINT": "/not/there"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("emotag demo: error: the tagger ended with exit code ")
    assert "/not/there" in done.stderr
