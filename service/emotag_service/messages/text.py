"""The text of a message: bytes to text and back, and what stands where text belongs."""

from __future__ import annotations

import codecs
from json import detect_encoding
from typing import TYPE_CHECKING, Any, Final

from emotag_service.messages import untaggable
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING: Final = object()
"""What is found where nothing is; null is something."""

_KINDS: Mapping[type, str] = {dict: "an object", list: "an array", bool: "true or false"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is how this one starts
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def mark_of(value: bytes) -> tuple[str, int]:
    """Return the encoding that a byte order mark names and the mark's length; UTF-8 and 0 without one."""
    return next(((encoding, len(bom)) for bom, encoding in _BOMS if value.startswith(bom)), ("utf-8", 0))


def sniff(value: bytes) -> tuple[str, int]:
    """Return the encoding of a JSON document, as RFC 4627 tells it by its first bytes, and the length of its mark."""
    if value[:1] == b"{" and value[1:2] != b"\0":
        return "utf-8", 0
    encoding, mark = mark_of(value)
    return (encoding, mark) if mark else (detect_encoding(value), 0)


def decode(value: bytes, encoding: str, mark: int = 0) -> str:
    """Decode what follows the mark. Raises UntaggableError (WRONG_ENCODING)."""
    try:
        return value[mark:].decode(encoding)
    except UnicodeDecodeError as error:
        detail = f"the value is not {encoding} from byte {mark + error.start} on"
        raise UntaggableError(untaggable.WRONG_ENCODING, detail) from None


def sayable(text: str) -> str:
    """Return the text if it can leave in UTF-8. Raises UntaggableError (WRONG_ENCODING)."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            detail = f"half of a surrogate pair at character {error.start} of the text"
            raise UntaggableError(untaggable.WRONG_ENCODING, detail) from None
    return text


def legible(text: str) -> str:
    """Return the text with halves of surrogate pairs replaced: for names, which are compared and not tagged."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def spoken(text: Any, where: str) -> str:
    """Return what stands where the text belongs, if it can be tagged.

    Raises:
        UntaggableError: NO_TEXT, TEXT_NOT_STRING or WRONG_ENCODING.
    """
    if type(text) is str and text:
        return sayable(text)
    if text is MISSING or text is None or text == "":
        missing = "nothing" if text is MISSING else "null" if text is None else "an empty string"
        raise UntaggableError(untaggable.NO_TEXT, f"there is {missing} {where}")
    raise UntaggableError(
        untaggable.TEXT_NOT_STRING, f"there is {_KINDS.get(type(text), 'a number')} {where}, not a string"
    )


def name_of(value: Any) -> str:
    """Return a name: a string, or a number as it is spelled; empty for anything else."""
    if type(value) is str and value.isascii():
        return value
    return legible(str(value)) if isinstance(value, str) else ""
