"""`emotag stream` through the real service: every id back once, in order, whatever else is going on."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_service.engine.engine import Engine
from emotag_service.engine.message import Message
from emotag_service.engine.options import Options
from tests.e2e.conftest import records, write

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_service.engine.tag import Tag

DEFAULT = Checkpoint.load(default_checkpoint()).labels.taxonomy()
AT_ONCE = 4_096
ROUNDED = 2e-5  # batches differ by 1e-5, and the output is rounded


def stream(service: str, source: Path, output: Path) -> subprocess.Popen[bytes]:
    arguments = [
        "--input",
        str(source),
        "--output",
        str(output),
        "--target",
        service,
        "--sender-field",
        "speaker",
        "--scores",
    ]
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
    engine = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()), devices="cpu")
    await engine.start()
    try:
        tags = [tag for texts in _chunks(messages) for tag in await engine.classify(texts, Options(all_scores=True))]
    finally:
        await engine.close()
    same([_answer(tag) for tag in tags], one_stream)


def _chunks(messages: list[dict[str, Any]]) -> list[list[Message]]:
    texts = [Message(message["text"]) for message in messages]
    return [texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE)]


def _answer(tag: Tag) -> dict[str, Any]:
    """A tag of the engine as `emotag stream` writes it."""
    if tag.error is not None:
        return {"error": {"code": tag.error.code}}
    assert tag.scores is not None
    scores = dict(zip(DEFAULT.labels, tag.scores.tolist(), strict=True))
    return {"scores": scores, "label": tag.label, "labels": list(tag.labels), "truncated": tag.truncated}


def same(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> None:
    for one, other in zip(some, others, strict=True):
        if "error" in one or "error" in other:
            assert one["error"]["code"] == other["error"]["code"]
            continue
        assert one["scores"] == pytest.approx(other["scores"], abs=ROUNDED)
        assert one["truncated"] == other["truncated"]
        assert set(one["labels"]) ^ set(other["labels"]) <= _on_the_edge(one["scores"])
        assert one["scores"][one["label"]] == pytest.approx(
            other["scores"][other["label"]], abs=ROUNDED
        ) or _on_the_edge(one["scores"])


def _on_the_edge(scores: dict[str, float]) -> set[str]:
    """Labels so near their threshold that rounding decides."""
    thresholds = zip(DEFAULT.labels, DEFAULT.thresholds, strict=True)
    return {label for label, threshold in thresholds if abs(scores[label] - threshold) <= ROUNDED}
