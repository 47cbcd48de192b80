"""A line of a message file: from its bytes to what is sent, and from the tag to the line that answers it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emotag.cli.record import record
from emotag.errors import InvalidArgumentError
from emotag.message import Message

if TYPE_CHECKING:
    from emotag.entry import Item
    from emotag.tag import Tag


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields of a line's object are which fields of the message."""

    text: str = "text"
    id: str = "id"
    conversation_id: str = "conversation_id"
    sender: str = "sender"
    sent_at: str = "sent_at"
    time_to_live: str = "time_to_live"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the input.

    Attributes:
        number: Counted from 1.
        id: The id as the line has it: a string, a number, or None.
        item: What is sent, or the error that the line is answered by.
    """

    number: int
    id: str | int | None
    item: Item

    def answer(self, tag: Tag) -> bytes:
        """The line of the output, its end included."""
        return json.dumps({"id": self.id, "line": self.number, **record(tag)}).encode() + b"\n"


def parse(number: int, raw: bytes, fields: Fields) -> Line:
    """Read a line; never raises: a bad one is answered by its error."""
    try:
        values = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return Line(number, None, _fault("", f"line {number} is not JSON: {error}"))
    if not isinstance(values, dict):
        return Line(number, None, _fault("", f"line {number} is not a JSON object but {_kind(values)}"))
    return _line(number, values, fields)


def _line(number: int, values: dict[str, Any], fields: Fields) -> Line:
    found = values.get(fields.id)
    known = found if isinstance(found, str | int) and not isinstance(found, bool) else None
    if found is not None and known is None:
        fault = _fault(fields.id, f"{fields.id}: must be a string or a whole number, not {_kind(found)}")
        return Line(number, None, fault)
    if values.get(fields.text) is None:
        return Line(number, known, _fault(fields.text, f"{fields.text}: the line has no such field; see --text-field"))
    return Line(number, known, _message(values, known, fields))


def _message(values: dict[str, Any], message_id: str | int | None, fields: Fields) -> Item:
    """Fields of a wrong type are left for the SDK to refuse, which names them."""
    try:
        name = "" if message_id is None else str(message_id)
    except ValueError as error:  # an absurdly long number
        return _fault(fields.id, f"{fields.id}: {error}")
    return Message(
        values[fields.text],
        name,
        _or(values.get(fields.conversation_id), ""),
        _or(values.get(fields.sender), ""),
        values.get(fields.sent_at),
        values.get(fields.time_to_live),
    )


def _or(value: Any, default: str) -> Any:
    return default if value is None else value


def _fault(field: str, problem: str) -> InvalidArgumentError:
    return InvalidArgumentError(problem, reason="INVALID_LINE", field=field)


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")
