"""How the demo shows a record: who said what with which emotion, and below it the key and headers that it came with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from emotag.cli.demo_script import SENDER_WIDTH
from emotag.cli.paint import LABEL_WIDTH, Paint
from emotag.info import NO_MODEL, Model
from emotag.tag import Tag
from emotag_service.kafka.records.dead_letter import PREFIX
from emotag_service.kafka.records.headers import LABEL, REASON, SCORE, STATUS
from emotag_service.messages.tag import Status

if TYPE_CHECKING:
    from emotag.cli.demo_summary import Summary

MESSAGE_ID = "message-id"


class View:
    """Prints records.

    Attributes:
        model: What made the tags, as the records say.
    """

    def __init__(self, output: TextIO) -> None:
        self.model: Model = NO_MODEL
        self._output = output
        self._paint = Paint(output)

    def show(self, record: Any, summary: Summary) -> None:
        """Print a record of aiokafka's, and count it."""
        headers = {name: (content or b"").decode(errors="replace") for name, content in record.headers}
        line = self._answer(record, headers, summary)
        parts = {"key": record.key.decode(), **headers}
        shown = "  ".join(f"{name}={content}" for name, content in parts.items())
        below = self._paint.message(shown, used=SENDER_WIDTH + 2)
        print(f"{line}\n{'':<{SENDER_WIDTH}}  {below}", file=self._output, flush=True)

    def _answer(self, record: Any, headers: dict[str, str], summary: Summary) -> str:
        if headers.get(STATUS) != Status.OK:
            reason = headers.get(f"{PREFIX}reason") or headers.get(REASON, "")
            summary.refused(headers[MESSAGE_ID], reason)
            return f"{self._without_tag(headers)}  {reason}"
        said = json.loads(record.value)
        emotion = said["emotion"]
        self.model = Model(**emotion["model"])
        tag = Tag(headers[MESSAGE_ID], headers[LABEL], float(headers[SCORE]), uncertain=emotion["uncertain"])
        summary.answered(tag)
        return f"{said['sender']:<{SENDER_WIDTH}}  {self._paint.emotion(tag)}  {said['text']}"

    def _without_tag(self, headers: dict[str, str]) -> str:
        kind = "skipped" if STATUS in headers else "dead letter"
        return f"{'-':<{SENDER_WIDTH}}  {self._paint.coloured('error', f'{kind:<{LABEL_WIDTH}}')}    - "
