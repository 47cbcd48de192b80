"""`emotag stream` through the real service: every id back once, in order, whatever else is going on."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_service.engine.engine import Engine
from emotag_service.engine.message import Message
from tests.e2e.conftest import records, write

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = 600


def stream(service: str, source: Path, output: Path) -> subprocess.Popen[bytes]:
    arguments = ["--input", str(source), "--output", str(output), "--target", service, "--sender-field", "speaker"]
    return subprocess.Popen([sys.executable, "-m", "emotag", "stream", *arguments], stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes], messages: list[dict[str, Any]]) -> None:
    _, err = process.communicate(timeout=240)
    assert err == b""
    assert process.returncode == (3 if any(map(untaggable, messages)) else 0)


def untaggable(message: dict[str, Any]) -> bool:
    return not message["text"].strip() or len(message["text"].encode()) > 65_536


def check(messages: list[dict[str, Any]], answers: list[dict[str, Any]]) -> None:
    assert [answer["id"] for answer in answers] == [message["id"] for message in messages]
    assert [answer["line"] for answer in answers] == list(range(1, len(messages) + 1))
    for message, answer in zip(messages, answers, strict=True):
        if "error" in answer:
            assert untaggable(message), answer
            assert answer["error"]["code"] == "INVALID_ARGUMENT"
        else:
            assert 0.0 <= answer["score"] <= 1.0
            assert answer["label"]


@pytest.fixture(scope="module")
def one_stream(
    service: str, messages: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("one")
    source = write(folder / "in.jsonl", messages)
    finish(stream(service, source, folder / "out.jsonl"), messages)
    return records(folder / "out.jsonl")


def test_one_stream(messages: list[dict[str, Any]], one_stream: list[dict[str, Any]]) -> None:
    check(messages, one_stream)


def test_many_streams_at_once(
    service: str, messages: list[dict[str, Any]], one_stream: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Every id is back once and in order, and a tag does not depend on what else is tagged at the same time."""
    streams = 16 if len(messages) > 1000 else 4
    parts = [messages[number::streams] for number in range(streams)]
    sources = [write(tmp_path / f"in{number}", part) for number, part in enumerate(parts)]
    running = [stream(service, source, tmp_path / f"out{number}") for number, source in enumerate(sources)]
    for process, part in zip(running, parts, strict=True):
        finish(process, part)
    for number, part in enumerate(parts):
        answers = records(tmp_path / f"out{number}")
        check(part, answers)
        same(answers, one_stream[number::streams])


async def test_tags_are_those_of_the_engine_in_process(
    messages: list[dict[str, Any]], one_stream: list[dict[str, Any]]
) -> None:
    step = max(1, len(messages) // SAMPLE)
    engine = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()), devices="cpu")
    await engine.start()
    try:
        tags = await engine.classify([Message(message["text"]) for message in messages[::step]])
    finally:
        await engine.close()
    for tag, answer in zip(tags, one_stream[::step], strict=True):
        if tag.error is not None:
            assert answer["error"]["code"] == tag.error.code
            continue
        same(
            [{"label": tag.label, "score": tag.score, "labels": list(tag.labels), "truncated": tag.truncated}], [answer]
        )


def same(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> None:
    for one, other in zip(some, others, strict=True):
        assert ("error" in one) == ("error" in other)
        if "error" in one:
            continue
        assert one["score"] == pytest.approx(other["score"], abs=2e-5)  # 1e-5, and what the output rounds
        assert (one["label"], one["labels"], one["truncated"]) == (other["label"], other["labels"], other["truncated"])
