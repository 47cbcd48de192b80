"""The headers of a record: those that say what its value is, and the emotion-* headers, by which consumers route.

Of the former the case of names does not matter, and of several the last one counts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from emotag_service.messages.content_type import ABSENT, ContentType, parse_content_type
from emotag_service.messages.tag import Status

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from emotag_service.kafka.records.record import Headers
    from emotag_service.messages.tag import MessageTag, ModelName

OURS = "emotion-"  # what the names of all that we write begin with
LABEL = "emotion-label"
SCORE = "emotion-score"
MODEL = "emotion-model"
STATUS = "emotion-status"
REASON = "emotion-reason"
_OURS = frozenset({LABEL, SCORE, MODEL, STATUS, REASON})
_OUTCOME = frozenset({STATUS, REASON})
_OK = (STATUS, Status.OK.value.encode())


def is_tagged(headers: Headers) -> bool:
    """Whether a tag is in them already."""
    return any(name == LABEL for name, _ in headers)


def with_tag(headers: Headers, tag: MessageTag) -> Headers:
    """Replace earlier emotion-* headers by those of a tag; all others stay, in order, duplicates and nulls too."""
    return (
        *_without_ours(headers, _OURS),
        _label(tag.label),
        (SCORE, b"%.6f" % tag.score),
        _model(tag.model),
        _OK,
    )


def with_skip(headers: Headers, reason: str) -> Headers:
    """Say that the record was left as it is, and why. A tag that it carries from before stays: it still holds."""
    return (*_without_ours(headers, _OUTCOME), *_outcome(Status.SKIPPED, reason))


def with_failure(headers: Headers, reason: str) -> Headers:
    """Say that the record could not be tagged, and why; nothing of an earlier tag stays beside that."""
    return (*_without_ours(headers, _OURS), *_outcome(Status.FAILED, reason))


def _outcome(status: Status, reason: str) -> Headers:
    return (STATUS, status.value.encode()), (REASON, reason.encode())


def _without_ours(headers: Headers, names: frozenset[str]) -> Headers:
    return tuple([header for header in headers if header[0] not in names]) if headers else ()


@lru_cache(maxsize=1024)
def _label(label: str) -> tuple[str, bytes]:
    return LABEL, label.encode()


@lru_cache(maxsize=16)
def _model(model: ModelName) -> tuple[str, bytes]:
    return MODEL, str(model).encode()


def last(headers: Headers, name: str) -> str:
    """Return the last header of that name that is not null, as text; empty without one."""
    for found, content in reversed(headers):
        if content is not None and (found == name or found.lower() == name):
            return content.decode("utf-8", "replace").strip()
    return ""


def has(headers: Headers, name: str) -> bool:
    """Whether there is a header of that name that is not null."""
    return any(found.lower() == name and content is not None for found, content in headers)


def content_type(headers: Headers) -> ContentType:
    """Return what the headers say that the value is."""
    return parse_content_type(last(headers, "content-type")) if headers else ABSENT


def without(headers: Headers, names: AbstractSet[str]) -> Headers:
    """Return the other headers, in order, duplicates and nulls too."""
    return tuple([header for header in headers if header[0].lower() not in names])
