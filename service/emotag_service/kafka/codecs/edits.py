"""Edits of a JSON document: a value replaced, or a member or an element added behind the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.kafka.codecs.place import Edit, Splice

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.kafka.codecs.document import Document, Span
    from emotag_service.messages.tag import MessageTag

    Render = Callable[[MessageTag], str]


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
