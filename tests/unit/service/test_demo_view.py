"""What the demo prints of a record, and what it counts."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest

from emotag import Model
from emotag.cli.demo_summary import Summary
from emotag_service.cli.demo_kafka import DemoView

MODEL = {"name": "m", "version": "1", "digest": "d" * 64}


def record(value: bytes, *headers: tuple[str, bytes | None]) -> Any:
    return SimpleNamespace(key=b"talk", value=value, headers=(("message-id", b"m1"), *headers))


@pytest.fixture
def summary() -> Summary:
    made = Summary(iter([1.0, 3.0]).__next__)
    made.sent("m1")
    return made


def shown(one: Any, summary: Summary) -> tuple[list[str], Model]:
    output = io.StringIO()
    view = DemoView(output)
    view.show(one, summary)
    return output.getvalue().splitlines(), view.model


def test_a_tagged_record(summary: Summary) -> None:
    emotion = {"model": MODEL, "uncertain": True}
    value = json.dumps({"sender": "coder", "text": "Wow!", "emotion": emotion}).encode()
    headers = (("emotion-label", b"joy"), ("emotion-score", b"0.754321"), ("emotion-status", b"OK"), ("null", None))
    lines, model = shown(record(value, *headers), summary)
    assert lines == [
        "coder    joy            0.75?  Wow!",
        "         key=talk  message-id=m1  emotion-label=joy  emotion-score=0.754321  emotion-status=OK  null=",
    ]
    assert model == Model(**MODEL)
    assert "emotions   joy 1" in summary.text(model)
    assert "p50 2000.0 ms" in summary.text(model)
    assert summary.open == 0


def test_a_dead_letter(summary: Summary) -> None:
    lines, _ = shown(record(b"\xff", ("emotion-dead-letter-reason", b"NOT_JSON")), summary)
    assert lines[0] == "-        dead letter       -   NOT_JSON"
    assert lines[1].endswith("key=talk  message-id=m1  emotion-dead-letter-reason=NOT_JSON")
    assert "errors     NOT_JSON 1" in summary.text(Model())


def test_a_record_that_was_left_as_it_is(summary: Summary) -> None:
    skipped = record(b"{}", ("emotion-status", b"SKIPPED"), ("emotion-reason", b"NOTHING_SAID"))
    lines, _ = shown(skipped, summary)
    assert lines[0] == "-        skipped           -   NOTHING_SAID"
    assert "errors     NOTHING_SAID 1" in summary.text(Model())
