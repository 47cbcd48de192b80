"""`emotag tag-files` as a process: interrupted, killed, and gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from emotag.local import EmotionTagger

SAID = ["Thank you!", "I hate it", "the build is red", "wow", ""]
ROWS = 60_000


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [f"{SAID[number % 4]} {number}" if number % 5 else "" for number in range(ROWS)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> Path:
    path = tmp_path_factory.mktemp("in") / "a.jsonl"
    path.write_text("".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(texts)))
    return path


def start(path: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "emotag", "tag-files", str(path), "--output", str(out), "--workers", "2", *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def parts(out: Path) -> int:
    return len(list((out / ".emotag").glob("0-part-*.json")))


def until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 100
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_after_an_interrupt_and_a_kill_every_row_is_there_once(path: Path, texts: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    interrupted = start(path, out)
    until(lambda: parts(out) >= 1, interrupted)
    os.killpg(interrupted.pid, signal.SIGINT)  # as a terminal does: workers get it, too
    said = interrupted.communicate(timeout=100)
    assert (interrupted.returncode, said[0]) == (130, "")
    assert said[1] == "what is done is kept in --output; the same command goes on from there\n"
    kept = parts(out)

    killed = start(path, out)
    until(lambda: parts(out) > kept, killed)
    family = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    killed.communicate(timeout=100)
    assert not psutil.wait_procs(family, timeout=60)[1], "a worker outlived its parent"
    assert not (out / "a.jsonl").exists()
    kept = parts(out)

    last = start(path, out)
    told, errors = last.communicate(timeout=200)
    assert (last.returncode, errors) == (0, "")
    assert told.startswith(f"{ROWS:,} rows, {8192 * kept:,} of them done before, ")
    rows = [json.loads(line) for line in (out / "a.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == list(range(ROWS))
    few = slice(0, ROWS, 7)
    for row, tag in zip(rows[few], EmotionTagger().tag(texts[few]), strict=True):
        if tag.error is None:
            assert (row["emotion_label"], row["emotion_score"]) == (tag.label, round(tag.score, 6))
        else:
            assert row["emotion_error"] == f"INVALID_ARGUMENT: {tag.error}"
    assert {each.name for each in (out / ".emotag").iterdir()} == {"lock", "run.json", "0-finished.json"}

    again = start(path, out)
    assert again.communicate(timeout=100)[0].startswith(f"{ROWS:,} rows: all were done before\n")
    assert again.returncode == 0
    other = start(path, out, "--scores")
    assert "holds a run with other options; name another folder" in other.communicate(timeout=100)[1]
    assert other.returncode == 2
