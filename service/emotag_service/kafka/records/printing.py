"""Records and dead letters as people and programs can read them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emotag_service.kafka.records.dead_letter import DeadLetter
    from emotag_service.kafka.records.record import Outgoing, Record


def as_plain(content: bytes | None) -> Any:
    """For JSON: a string, null, or where the bytes are no UTF-8 an object {"base64": ...}."""
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def as_words(content: bytes | None) -> str:
    """For people: on one line, with escapes where a terminal would take it for a command."""
    return "null" if content is None else printable(content.decode(errors="backslashreplace"))


def printable(text: str) -> str:
    """Escape what cannot be printed on one line."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def record_json(record: Record, outgoing: Outgoing, partition: int) -> str:
    """One line of JSON; bytes that are no UTF-8 are an object {"base64": ...}."""
    document = {
        "from": {"topic": record.topic, "partition": record.partition, "offset": record.offset},
        "topic": outgoing.topic,
        "partition": partition,
        "timestamp": outgoing.timestamp,
        "key": as_plain(outgoing.key),
        "headers": [[name, as_plain(content)] for name, content in outgoing.headers],
        "value": as_plain(outgoing.value),
        "dead": outgoing.dead,
    }
    return json.dumps(document, ensure_ascii=False) + "\n"


def record_text(record: Record, outgoing: Outgoing, partition: int) -> str:
    """A few lines; what a terminal would take for a command is escaped."""
    lines = [
        f"{record.topic}/{record.partition} offset {record.offset} -> {outgoing.topic}/{partition}",
        f"  key     {as_words(outgoing.key)}",
        *(f"  header  {printable(name)}: {as_words(content)}" for name, content in outgoing.headers),
        f"  value   {as_words(outgoing.value)}",
    ]
    return "\n".join(lines) + "\n\n"


def letter_text(letter: DeadLetter, *, values: bool) -> str:
    """One line, and with `values` a few more; what a terminal would take for a command is escaped."""
    record = letter.record
    here = f"{record.topic}/{record.partition} offset {record.offset}"
    origin = f"{letter.topic}/{letter.partition} offset {letter.offset}"
    line = f"{here}  {letter.time}  {letter.reason}: {letter.detail}  (from {origin}; {_letter_sizes(letter)})"
    lines = [printable(line)]
    if values:
        lines += [f"  key    {as_words(record.key)}", f"  value  {as_words(record.value)}"]
        lines += [f"  header {printable(name)}: {as_words(content)}" for name, content in letter.headers]
    return "\n".join(lines)


def letter_json(letter: DeadLetter, *, values: bool) -> str:
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


def _letter_sizes(letter: DeadLetter) -> str:
    record = letter.record
    key = "no key" if record.key is None else f"key {len(record.key):,} B"
    value = "no value" if record.value is None else f"value {len(record.value):,} B"
    return f"{key}, {value}, {len(letter.headers)} headers"
