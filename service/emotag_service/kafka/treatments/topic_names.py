"""What Kafka takes as the name of a topic."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


def topic_name(text: str) -> str:
    """Parse the name of a topic; raises ValueError that says what would be right."""
    if not _NAME.fullmatch(text) or text in {".", ".."}:
        raise ValueError("must be the name of a topic: 1 to 249 letters, digits, dots, dashes and underscores")
    return text
