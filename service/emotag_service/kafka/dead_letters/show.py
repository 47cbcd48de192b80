"""Shows a dead letter, to people or to programs; what its record holds only when it is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.printable import as_plain, as_words, printable

if TYPE_CHECKING:
    from emotag_service.kafka.dead_letters.letter import DeadLetter


def as_text(letter: DeadLetter, *, values: bool) -> str:
    """One line, and with `values` a few more; what a terminal would take for a command is escaped."""
    record = letter.record
    here = f"{record.topic}/{record.partition} offset {record.offset}"
    origin = f"{letter.topic}/{letter.partition} offset {letter.offset}"
    line = f"{here}  {letter.time}  {letter.reason}: {letter.detail}  (from {origin}; {_sizes(letter)})"
    lines = [printable(line)]
    if values:
        lines += [f"  key    {as_words(record.key)}", f"  value  {as_words(record.value)}"]
        lines += [f"  header {printable(name)}: {as_words(content)}" for name, content in letter.headers]
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
        document["key"], document["value"] = as_plain(record.key), as_plain(record.value)
        document["headers"] = [[name, as_plain(content)] for name, content in letter.headers]
    return json.dumps(document)


def _sizes(letter: DeadLetter) -> str:
    record = letter.record
    key = "no key" if record.key is None else f"key {len(record.key):,} B"
    value = "no value" if record.value is None else f"value {len(record.value):,} B"
    return f"{key}, {value}, {len(letter.headers)} headers"
