"""A tag as the JSON that commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emotag.errors import EmotionError
    from emotag.tag import Tag

DIGITS = 6  # a float32 has no more


def record(tag: Tag) -> dict[str, Any]:
    """Everything that was asked for, or the error; without the id, which commands name in their own way."""
    if tag.error is not None:
        return {"error": error_record(tag.error)}
    made: dict[str, Any] = {
        "label": tag.label,
        "score": round(tag.score, DIGITS),
        "labels": list(tag.labels),
        "uncertain": tag.uncertain,
        "truncated": tag.truncated,
    }
    if tag.scores is not None:
        made["scores"] = {label: round(score, DIGITS) for label, score in tag.scores.items()}
    if tag.token_weights is not None:
        made["token_weights"] = [[token, round(weight, DIGITS)] for token, weight in tag.token_weights]
    return made


def error_record(error: EmotionError) -> dict[str, Any]:
    """The error, without what it does not say."""
    made: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.reason:
        made["reason"] = error.reason
    if error.field:
        made["field"] = error.field
    if error.retry_after is not None:
        made["retry_after"] = round(error.retry_after, DIGITS)
    return made
