"""Answers: tags as parts of a message or an artifact, a line for people and the extension's payload for programs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from a2a.helpers import new_data_part
from a2a.types import Message, Part, Role

from emotag.a2a.extension import EXTENSION, tag_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from a2a.server.agent_execution import RequestContext

    from emotag.errors import EmotionError
    from emotag.tag import Tag


def answer_parts(tags: Iterable[Tag], taxonomy: str) -> list[Part]:
    """Two parts a tag, in the order of the texts."""
    parts = []
    for tag in tags:
        parts.append(Part(text=_line(tag), media_type="text/plain"))
        parts.append(new_data_part(tag_document(tag, taxonomy), media_type="application/json"))
    return parts


def reply(context: RequestContext, parts: list[Part]) -> Message:
    """What is answered at once."""
    return Message(
        message_id=str(uuid.uuid4()),
        context_id=context.context_id,
        role=Role.ROLE_AGENT,
        parts=parts,
        extensions=activated(context),
    )


def failure(context: RequestContext, error: EmotionError) -> Message:
    """Why a task has no tags; stands in its status."""
    problem = {"status": "FAILED", "reason": error.reason or error.code, "detail": str(error)}
    if error.retry_after is not None:
        problem["retry-after"] = f"{error.retry_after:g}s"
    said = reply(context, [Part(text=str(error)), new_data_part(problem, media_type="application/json")])
    said.task_id = context.task_id or ""
    return said


def activated(context: RequestContext) -> list[str]:
    """The extensions that the caller asked for and that an answer follows."""
    return [EXTENSION] if EXTENSION in context.requested_extensions else []


def _line(tag: Tag) -> str:
    if tag.error is not None:
        return f"no tag: {tag.error}"
    doubt = ", uncertain" if tag.uncertain else ""
    return f"{tag.label} ({tag.score:.2f}{doubt})"
