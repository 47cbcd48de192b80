"""Shows a record that would be written, to people or to programs."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emotag_service.kafka.record import Outgoing, Record


def as_json(record: Record, outgoing: Outgoing, partition: int) -> str:
    """One line of JSON; bytes that are no UTF-8 are an object {"base64": ...}."""
    document = {
        "from": {"topic": record.topic, "partition": record.partition, "offset": record.offset},
        "topic": outgoing.topic,
        "partition": partition,
        "timestamp": outgoing.timestamp,
        "key": _json_bytes(outgoing.key),
        "headers": [[name, _json_bytes(content)] for name, content in outgoing.headers],
        "value": _json_bytes(outgoing.value),
        "dead": outgoing.dead,
    }
    return json.dumps(document, ensure_ascii=False) + "\n"


def as_text(record: Record, outgoing: Outgoing, partition: int) -> str:
    """A few lines; what a terminal would take for a command is escaped."""
    lines = [
        f"{record.topic}/{record.partition} offset {record.offset} -> {outgoing.topic}/{partition}",
        f"  key     {_text_bytes(outgoing.key)}",
        *(f"  header  {_printable(name)}: {_text_bytes(content)}" for name, content in outgoing.headers),
        f"  value   {_text_bytes(outgoing.value)}",
    ]
    return "\n".join(lines) + "\n\n"


def _json_bytes(content: bytes | None) -> Any:
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _text_bytes(content: bytes | None) -> str:
    return "null" if content is None else _printable(content.decode(errors="backslashreplace"))


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
