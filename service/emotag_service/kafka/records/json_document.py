"""A JSON document as it was written: what it says, where in its bytes each part of it stands, and edits of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from emotag_service.kafka.records.codec import Edit, Splice
from emotag_service.kafka.records.paths import index_of
from emotag_service.messages import untaggable
from emotag_service.messages.text import decode, sniff
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from emotag_service.messages.tag import MessageTag

    Render = Callable[[MessageTag], str]

JSON_TOO_LARGE = "JSON_TOO_LARGE"
SPACE = " \t\n\r"
_BLANKS = frozenset(bytes([blank]) for blank in SPACE.encode())

# The scanner holds the interpreter, and with it the heartbeats, until it is through: a microsecond or two for a number
# or an object, each of which is a hundred bytes then. So what is scanned is bounded beforehand.
_MOST_BYTES = 8 * 1024 * 1024
_MOST_PARTS = 320_000  # members and elements: a comma or an opening bracket for each, and those in strings
_PARTS = (b",", b"[", b"{")

# Skip what stands between members and within one, in a document that is known to be right. Matching nothing is a match,
# so neither returns None; a wrapper to say so costs as much as the match.
_COMMA: Callable[[str, int], re.Match[str]] = re.compile(r"[ \t\n\r,]*").match  # type: ignore[assignment]
_COLON: Callable[[str, int], re.Match[str]] = re.compile(r"[ \t\n\r:]*").match  # type: ignore[assignment]
Span = tuple[int, int]
"""Where a value starts and ends, in characters."""


class Number(str):
    """A number as it is spelled: never converted, so never rounded and of any length."""

    __slots__ = ()


class _ConstantError(ValueError):
    """NaN or an infinity, which Python's parser takes and JSON does not have."""


def _refuse(_: str) -> NoReturn:
    raise _ConstantError


# The one place that leans on the scanner in C behind json.loads: it is what makes a walk over members cheap.
_scan = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse).scan_once  # type: ignore[attr-defined]


@dataclass(slots=True)
class Document:
    """One JSON document.

    Attributes:
        value: Its bytes.
        text: The same, decoded, without a byte order mark.
        encoding: That turns one into the other.
        root: What it says; numbers are `Number`, and of members with one name the last counts.
        span: Of the root in `text`.
    """

    value: bytes
    text: str
    encoding: str
    root: Any
    span: Span

    def ends_tight(self) -> bool:
        """Whether its last byte, in UTF-8, closes the root right behind the last thing in it."""
        closed = self.encoding == "utf-8" and self.span[1] == len(self.text)
        return closed and self.text[-2:-1] not in ("", "{", "[", *SPACE)

    def byte(self, at: int) -> int:
        """Return where a character of the text starts in the value."""
        if len(self.value) == len(self.text):
            return at
        return len(self.value) - len(self.text[at:].encode(self.encoding))

    def locate(self, steps: Sequence[str]) -> Span:
        """Return the span of the value at the end of the steps, which must be there.

        Raises:
            UntaggableError: TOO_DEEP.
        """
        span = self.span
        try:
            for step in steps:
                span = _step(self.text, span[0], step)
        except RecursionError:
            raise _too_deep() from None
        return span

    def room(self, span: Span) -> tuple[int, bool]:
        """Return where a further member of the object, or element of the array, at the span goes, and if it is empty.

        The place is right after the last one, so that white space before the closing bracket stays there.
        """
        before = self.text[: span[1] - 1].rstrip(SPACE)
        return len(before), len(before) == span[0] + 1


def parse(value: bytes) -> Document:
    """Parse a value.

    Raises:
        UntaggableError: NOT_JSON, WRONG_ENCODING, TOO_DEEP or JSON_TOO_LARGE; the detail gives the position, never the
            content.
    """
    if detail := _excess(value):
        raise UntaggableError(JSON_TOO_LARGE, detail)
    encoding, mark = sniff(value)
    text = decode(value, encoding, mark)
    start = len(text) - len(text.lstrip(SPACE))
    root, end = _scan_root(text, start)
    if end != len(text) and text[end:].strip(SPACE):
        raise _not_json(end)
    return Document(value, text, encoding, root, (start, end))


def usual_root(value: bytes) -> dict[str, Any] | None:
    """What a usual document says, by a shorter way than `parse`; None of any other, and of what is no document.

    Usual: an object in UTF-8, nothing around it, and no white space at its ends, so that a further member goes right
    before the last byte.
    """
    if value[:2] != b'{"' or value[-2:-1] in _BLANKS or _excess(value):
        return None
    try:
        text = value.decode()
        root, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError):
        return None
    return root if end == len(text) else None


def _excess(value: bytes) -> str:
    """Say what the value has more of than is parsed; empty where it has not."""
    if len(value) <= _MOST_PARTS:
        return ""
    if len(value) > _MOST_BYTES:
        return f"the JSON document has {len(value):,} bytes, more than the {_MOST_BYTES:,} that are parsed"
    if sum(map(value.count, _PARTS)) > _MOST_PARTS:
        return f"the JSON document has more than {_MOST_PARTS:,} commas and opening brackets"
    return ""


def _scan_root(text: str, start: int) -> tuple[Any, int]:
    try:
        return _scan(text, start)  # type: ignore[no-any-return]
    except json.JSONDecodeError as error:
        raise _not_json(error.pos) from None
    except StopIteration as stop:
        raise _not_json(stop.value) from None
    except _ConstantError:
        detail = "the value is not JSON: it has NaN or Infinity, which JSON has no numbers for"
        raise UntaggableError(untaggable.NOT_JSON, detail) from None
    except RecursionError:
        raise _too_deep() from None


def _step(text: str, at: int, step: str) -> Span:
    if text[at] == "{":
        return dict(_members(text, at))[step]
    elements = list(_elements(text, at))
    index = index_of(step, len(elements))
    if index is None:
        raise KeyError(step)
    return elements[index]


def _members(text: str, at: int) -> Iterator[tuple[str, Span]]:
    at = _COMMA(text, at + 1).end()
    while text[at] != "}":
        name, end = _scan(text, at)
        start = _COLON(text, end).end()
        end = _scan(text, start)[1]
        yield name, (start, end)
        at = _COMMA(text, end).end()


def _elements(text: str, at: int) -> Iterator[Span]:
    at = _COMMA(text, at + 1).end()
    while text[at] != "]":
        end = _scan(text, at)[1]
        yield at, end
        at = _COMMA(text, end).end()


def _not_json(at: int) -> UntaggableError:
    return UntaggableError(untaggable.NOT_JSON, f"the value is not JSON from character {at} on")


def _too_deep() -> UntaggableError:
    return UntaggableError(untaggable.TOO_DEEP, "the JSON document nests deeper than the parser goes")


def splice(document: Document, *edits: Edit) -> Splice:
    """Make a place of edits that do not overlap; those at one position are made in the order given."""
    return Splice(document.encoding, tuple(sorted(edits, key=lambda edit: edit.start)) if len(edits) > 1 else edits)


def replacement(document: Document, span: Span, render: Render, before: str = "", after: str = "") -> Edit:
    """Put something in the place of the value at the span."""
    return Edit(document.byte(span[0]), document.byte(span[1]), before, render, after)


def member(document: Document, span: Span, name: str, render: Render, before: str = "", after: str = "") -> Edit:
    """Add a member, its name given in JSON, to the object at the span."""
    return element(document, span, render, f"{name}:{before}", after)


def element(document: Document, span: Span, render: Render, before: str = "", after: str = "") -> Edit:
    """Add an element to the array at the span."""
    room, empty = document.room(span)
    at = document.byte(room)
    return Edit(at, at, before if empty else f",{before}", render, after)
