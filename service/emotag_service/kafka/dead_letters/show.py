"""Shows a dead letter, to people or to programs; what its record holds only when it is asked for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emotag_service.kafka.dead_letters.letter import DeadLetter


def as_text(letter: DeadLetter, *, values: bool) -> str:
    """One line, and with `values` a few more; what a terminal would take for a command is escaped."""
    record = letter.record
    here = f"{record.topic}/{record.partition} offset {record.offset}"
    origin = f"{letter.topic}/{letter.partition} offset {letter.offset}"
    line = f"{here}  {letter.time}  {letter.reason}: {letter.detail}  (from {origin}; {_sizes(letter)})"
    lines = [_printable(line)]
    if values:
        lines += [f"  key    {_text(record.key)}", f"  value  {_text(record.value)}"]
        lines += [f"  header {_printable(name)}: {_text(content)}" for name, content in letter.headers]
    return "\n".join(lines)


def as_json(letter: DeadLetter, *, values: bool) -> str:
    """One line of JSON; bytes that are no UTF-8 are an object {"base64": ...}."""
    record = letter.record
    document: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "time": letter.time,
        "reason": letter.reason,
        "detail": letter.detail,
        "from": {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset},
        "timestamp": record.timestamp,
        "key_bytes": None if record.key is None else len(record.key),
        "value_bytes": None if record.value is None else len(record.value),
        "header_count": len(letter.headers),
    }
    if values:
        document["key"], document["value"] = _plain(record.key), _plain(record.value)
        document["headers"] = [[name, _plain(content)] for name, content in letter.headers]
    return json.dumps(document)


def _sizes(letter: DeadLetter) -> str:
    record = letter.record
    key = "no key" if record.key is None else f"key {len(record.key):,} B"
    value = "no value" if record.value is None else f"value {len(record.value):,} B"
    return f"{key}, {value}, {len(letter.headers)} headers"


def _text(content: bytes | None) -> str:
    return "null" if content is None else _printable(content.decode(errors="backslashreplace"))


def _plain(content: bytes | None) -> Any:
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
