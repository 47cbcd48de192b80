"""What a dry run prints."""

from __future__ import annotations

import json

from emotag_service.kafka.records.printing import record_json, record_text
from emotag_service.kafka.records.record import Outgoing, Record

RECORD = Record("in", 3, 42, 7, b"k", b"v")


def _outgoing(**given: object) -> Outgoing:
    fields = {"key": b"k", "value": '{"text":"grüße"}'.encode(), "headers": (("a", b"1"), ("a", None))} | given
    return Outgoing(topic="out", partition=None, timestamp=7, **fields)  # type: ignore[arg-type]


def test_programs_get_one_object_a_line() -> None:
    line = record_json(RECORD, _outgoing(), 1)
    assert line.endswith("}\n")
    assert line.count("\n") == 1
    assert json.loads(line) == {
        "from": {"topic": "in", "partition": 3, "offset": 42},
        "topic": "out",
        "partition": 1,
        "timestamp": 7,
        "key": "k",
        "headers": [["a", "1"], ["a", None]],
        "value": '{"text":"grüße"}',
        "dead": "",
    }


def test_bytes_that_are_no_text_survive() -> None:
    document = json.loads(record_json(RECORD, _outgoing(key=None, value=b"\xff\x00", dead="NOT_JSON"), 0))
    assert document["value"] == {"base64": "/wA="}
    assert document["key"] is None
    assert document["dead"] == "NOT_JSON"


def test_people_get_a_few_lines() -> None:
    assert record_text(RECORD, _outgoing(), 1) == (
        'in/3 offset 42 -> out/1\n  key     k\n  header  a: 1\n  header  a: null\n  value   {"text":"grüße"}\n\n'
    )


def test_a_terminal_is_not_given_commands() -> None:
    text = record_text(RECORD, _outgoing(key=b"\x1b[2J", value=b"a\nb\xff", headers=(("\x07", b"\r"),)), 1)
    assert "\x1b" not in text
    assert "\\x1b[2J" in text
    assert "a\\nb\\xff" in text
    assert "  header  \\x07: \\r\n" in text
