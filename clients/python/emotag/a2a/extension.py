"""The emotion extension of A2A: its URI, and tags as it writes them. docs/a2a.md is its specification."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from emotag.tag import Tag

EXTENSION: Final = "https://w3id.org/emotag/emotion/v1"
"""Names the extension, in `extensions` and as the key in `metadata`. A breaking change is a new URI."""

OPTIONS: Final = f"{EXTENSION}/options"
"""The key in `metadata` under which a caller says how it wants tags: never under that of the tag of its own message."""

HEADER: Final = "A2A-Extensions"
"""What activates extensions, and names in answers those that were."""


def tag_document(tag: Tag, taxonomy: str) -> dict[str, Any]:
    """Express a tag as the extension's payload; `categories` only where the tag has scores.

    Args:
        tag: The tag, or the error in its place.
        taxonomy: The name of the taxonomy that it is expressed in.
    """
    if tag.error is not None:
        return {"status": "FAILED", "reason": tag.error.reason or tag.error.code, "detail": str(tag.error)}
    document: dict[str, Any] = {
        "status": "OK",
        "category": tag.label,
        "confidence": _rounded(tag.score),
        "labels": list(tag.labels),
        "category-set": taxonomy,
        "uncertain": tag.uncertain,
        "truncated": tag.truncated,
        "model": {"name": tag.model.name, "version": tag.model.version, "digest": tag.model.digest},
        "tagged-at": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }
    if tag.scores is not None:
        scores = tag.scores.items()
        document["categories"] = [{"name": name, "confidence": _rounded(score)} for name, score in scores]
    return document


def _rounded(score: float) -> float:
    return round(float(score), 6)
