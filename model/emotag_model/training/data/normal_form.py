"""When two texts count as the same: in whatever case, and whatever blanks are between their words."""

from __future__ import annotations


def normal_form(text: str) -> str:
    """Return what all spellings of a text in case and blanks have in common."""
    return " ".join(text.casefold().split())
