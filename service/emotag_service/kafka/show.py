"""Shows a record that would be written, to people or to programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from emotag_service.kafka.printable import as_plain, as_words, printable

if TYPE_CHECKING:
    from emotag_service.kafka.record import Outgoing, Record


def as_json(record: Record, outgoing: Outgoing, partition: int) -> str:
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


def as_text(record: Record, outgoing: Outgoing, partition: int) -> str:
    """A few lines; what a terminal would take for a command is escaped."""
    lines = [
        f"{record.topic}/{record.partition} offset {record.offset} -> {outgoing.topic}/{partition}",
        f"  key     {as_words(outgoing.key)}",
        *(f"  header  {printable(name)}: {as_words(content)}" for name, content in outgoing.headers),
        f"  value   {as_words(outgoing.value)}",
    ]
    return "\n".join(lines) + "\n\n"
