"""Why a message has no tag: stable identifiers that replies, dead letters, headers and counters carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NOT_JSON: Final = "NOT_JSON"
"""The value is not a JSON document."""

WRONG_ENCODING: Final = "WRONG_ENCODING"
"""The bytes are not in the encoding that they claim or must be in, or the text holds half of a surrogate pair."""

TOO_DEEP: Final = "TOO_DEEP"
"""The JSON document nests deeper than the parser goes."""

NO_TEXT: Final = "NO_TEXT"
"""Nothing, null or an empty string where the text belongs."""

NOTHING_SAID: Final = "NOTHING_SAID"
"""A whole and valid event that says nothing in words, such as a task that is at work, or a message that is a file."""

TEXT_NOT_STRING: Final = "TEXT_NOT_STRING"
"""Something other than a string where the text belongs."""

TAG_PLACE: Final = "TAG_PLACE"
"""The place that the tag goes to is not there: what should hold it is missing, or cannot hold it."""

TAG_TAKEN: Final = "TAG_TAKEN"
"""The place that the tag goes to holds something that is not a tag, which writing it would destroy."""

NOT_TEXT: Final = "NOT_TEXT"
"""No content type says what the value is, and it looks binary."""

NOT_A2A: Final = "NOT_A2A"
"""JSON, but none of the shapes of an A2A message."""

NOT_CLOUDEVENT: Final = "NOT_CLOUDEVENT"
"""Neither a structured nor a binary CloudEvent."""

NOT_PROTOBUF: Final = "NOT_PROTOBUF"
"""The value does not parse as emotag.v1.Message."""

UNSUPPORTED_FORMAT: Final = "UNSUPPORTED_FORMAT"
"""The content type names a format that no codec reads."""

SCHEMA_NOT_FOUND: Final = "SCHEMA_NOT_FOUND"
"""The schema registry has no schema of the id that stands before the value."""

SCHEMA_UNUSABLE: Final = "SCHEMA_UNUSABLE"
"""The schema registry's schema cannot be used: it is broken, too large, too deep, or of a kind that is not read."""

SCHEMA_MISMATCH: Final = "SCHEMA_MISMATCH"
"""The value is not what its schema says, or the header of its id holds none."""

NO_TEXT_FIELD: Final = "NO_TEXT_FIELD"
"""The schema has no string at the place where the text should be: no value of it will have."""

REGISTRY_REFUSED: Final = "REGISTRY_REFUSED"
"""The schema registry does not let us read this schema."""

REGISTRY_UNAVAILABLE: Final = "REGISTRY_UNAVAILABLE"
"""The schema registry did not answer in time."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a message has no tag.

    Attributes:
        reason: Stable, upper-case identifier for programs, such as "NOT_JSON".
        detail: For people; never quotes the message.
    """

    reason: str
    detail: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


class UntaggableError(Exception):
    """A message cannot be tagged; carries the fault.

    Attributes:
        fault: Why.
        sender: Who said it, if that was found all the same, empty where the message names nobody; None if not.
    """

    def __init__(self, reason: str, detail: str, sender: str | None = None) -> None:
        self.fault = Fault(reason, detail)
        self.sender = sender
        super().__init__(str(self.fault))
