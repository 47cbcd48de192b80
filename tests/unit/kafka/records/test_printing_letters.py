from __future__ import annotations

import json

from emotag_service.kafka.records.dead_letter import DeadLetter, bury
from emotag_service.kafka.records.printing import letter_json, letter_text
from emotag_service.kafka.records.record import Record
from emotag_service.messages.untaggable import Fault
from tests.unit.kafka.records.made import make_record


def letter(detail: str = "for some reason", **fields: object) -> DeadLetter:
    out = bury(make_record(**fields), "lost", Fault("NOT_JSON", detail), 1_700_000_000.0)
    return DeadLetter.read(Record("lost", 1, 99, out.timestamp, out.key, out.value, out.headers))


def test_a_line_for_people():
    assert letter_text(letter(), values=False) == (
        "lost/1 offset 99  2023-11-14T22:13:20.000+00:00  NOT_JSON: for some reason  "
        "(from in/2 offset 7; key 1 B, value 9 B, 3 headers)"
    )


def test_what_is_missing_is_said():
    assert "(from in/2 offset 7; no key, no value, 0 headers)" in letter_text(
        letter(key=None, value=None, headers=()), values=False
    )


def test_values_only_when_they_are_asked_for():
    assert "thank you" not in letter_text(letter(), values=False)
    assert "thank you" not in letter_json(letter(), values=False)
    assert letter_text(letter(), values=True).splitlines()[1:] == [
        "  key    k", "  value  thank you", "  header trace: 1", "  header trace: 2", "  header empty: null",
    ]  # fmt: skip


def test_a_terminal_is_not_commanded():
    hostile = b"\x1b]0;gone\x07\nline\xff\x9b"
    shown = letter_text(letter(detail="a\x1b[2J", value=hostile, headers=(("\x1b", b"\r"),)), values=True)
    assert not set(shown) & {"\x1b", "\x07", "\r", "\x9b"}
    assert len(shown.splitlines()) == 4


def test_json_has_everything():
    found = json.loads(
        letter_json(letter(value=b"\xff", key=None, headers=(("a", None), ("a", b"\xc3\xbc"))), values=True)
    )
    assert found == {
        "topic": "lost", "partition": 1, "offset": 99, "time": "2023-11-14T22:13:20.000+00:00",
        "reason": "NOT_JSON", "detail": "for some reason", "from": {"topic": "in", "partition": 2, "offset": 7},
        "timestamp": 1_700_000_000_000, "key_bytes": None, "value_bytes": 1, "header_count": 2,
        "key": None, "value": {"base64": "/w=="}, "headers": [["a", None], ["a", "ü"]],
    }  # fmt: skip
