"""The emotion-* headers: a record's tag where a consumer can route by it without parsing the value."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from emotag_service.messages.tag import Status

if TYPE_CHECKING:
    from emotag_service.kafka.record import Headers
    from emotag_service.messages.tag import MessageTag, ModelName

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
        *_without(headers, _OURS),
        _label(tag.label),
        (SCORE, b"%.6f" % tag.score),
        _model(tag.model),
        _OK,
    )


def with_skip(headers: Headers, reason: str) -> Headers:
    """Say that the record was left as it is, and why. A tag that it carries from before stays: it still holds."""
    return (*_without(headers, _OUTCOME), *_outcome(Status.SKIPPED, reason))


def with_failure(headers: Headers, reason: str) -> Headers:
    """Say that the record could not be tagged, and why; nothing of an earlier tag stays beside that."""
    return (*_without(headers, _OURS), *_outcome(Status.FAILED, reason))


def _outcome(status: Status, reason: str) -> Headers:
    return (STATUS, status.value.encode()), (REASON, reason.encode())


def _without(headers: Headers, names: frozenset[str]) -> Headers:
    return tuple([header for header in headers if header[0] not in names]) if headers else ()


@lru_cache(maxsize=1024)
def _label(label: str) -> tuple[str, bytes]:
    return LABEL, label.encode()


@lru_cache(maxsize=16)
def _model(model: ModelName) -> tuple[str, bytes]:
    return MODEL, str(model).encode()
