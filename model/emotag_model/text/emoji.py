"""Emoji: which characters they are, and what their names say."""

from __future__ import annotations

import re
import unicodedata

EMOJI = (
    "[\u2190-\u21ff\u231a-\u23ff\u25a0-\u27bf\u2b00-\u2bff"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
"""Matches one of them."""

_BETTER_NAMES = {  # those of CLDR, where Unicode's mislead
    "❤": "red heart",
    "😡": "enraged face",
    "😤": "face with steam from nose",
    "🤬": "swearing angry face",
    "🙏": "folded hands",
}
_AS_EMOJI = "\ufe0f"  # says that the character before it is to be drawn in colour
_EMOJI = re.compile(EMOJI)


def name_words(emoji: str) -> list[str]:
    """Return the words of an emoji's name, in lower case; none for what is no emoji, or has no name."""
    if not _EMOJI.fullmatch(emoji):
        return []
    return _BETTER_NAMES.get(emoji, unicodedata.name(emoji, "")).lower().replace("-", " ").split()


def spell_out(text: str) -> str:
    """Write the names of emoji in their place, for networks whose words have no emoji."""
    spelt = _EMOJI.sub(lambda match: f" {' '.join(name_words(match[0]))} ", text)
    return spelt.replace(_AS_EMOJI, "")
