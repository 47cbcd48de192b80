"""The tables that tokens are cut by (emoticons, spellings), and the version of the patterns in code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emotag_model.text.errors import TextDataError

RULES_VERSION = 1
"""Raised whenever `splitter.py` cuts any text differently, so that an old checkpoint is refused instead of misread."""

EMOTICONS = {
    ":)": "🙂", ":-)": "🙂", "=)": "🙂", "^_^": "😊", ":3": "😊",
    ":d": "😀", ":-d": "😀", "=d": "😀", ";d": "😀", "xd": "😆", ":')": "😂",
    ";)": "😉", ";-)": "😉", ":p": "😛", ":-p": "😛", ";p": "😛", "=p": "😛", ":-*": "😘",
    "<3": "❤", "</3": "💔", ":(": "🙁", ":-(": "🙁", ":'(": "😢", ";-;": "😢", ";_;": "😢", "t_t": "😢",
    ":/": "😕", ":-/": "😕", ":|": "😐", "-_-": "😑", ":o": "😮", ":-o": "😮", "o_o": "😮", ">:(": "😠",
}  # fmt: skip
"""Emoticon (lower case) to the emoji that says the same, so that both train one row.

Left out are those that Markdown, JSON and code are full of: `):`, `:[`, `:*`, `=(`, `:\\`.
"""

SPELLINGS = {
    "dont": ("do", "n't"), "doesnt": ("does", "n't"), "didnt": ("did", "n't"), "cant": ("ca", "n't"),
    "couldnt": ("could", "n't"), "wouldnt": ("would", "n't"), "shouldnt": ("should", "n't"), "isnt": ("is", "n't"),
    "arent": ("are", "n't"), "wasnt": ("was", "n't"), "werent": ("were", "n't"), "havent": ("have", "n't"),
    "hasnt": ("has", "n't"), "hadnt": ("had", "n't"), "aint": ("ai", "n't"), "wont": ("wo", "n't"),
    "im": ("i", "'m"), "ive": ("i", "'ve"), "youre": ("you", "'re"), "youve": ("you", "'ve"), "theyre": ("they", "'re"),
    "thats": ("that", "'s"), "whats": ("what", "'s"), "theres": ("there", "'s"), "shes": ("she", "'s"),
    "hes": ("he", "'s"), "cannot": ("can", "not"),
}  # fmt: skip
"""Words that GloVe knows in two parts and people write in one; not those that are words themselves (ill, were, its)."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The tables of one tokenizer, stored with it so that serving cuts words as training did."""

    version: int = RULES_VERSION
    emoticons: dict[str, str] = field(default_factory=lambda: dict(EMOTICONS))
    spellings: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(SPELLINGS))

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads, in JSON's types."""
        spellings = {word: list(parts) for word, parts in self.spellings.items()}
        return {"version": self.version, "emoticons": self.emoticons, "spellings": spellings}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Rules:
        """Read `to_dict`'s form. Raises TextDataError for rules of another version."""
        if data.get("version") != RULES_VERSION:
            raise TextDataError(
                f"rules.version is {data.get('version')!r}, this emotag cuts words by version {RULES_VERSION}; "
                "use the emotag version that the checkpoint was made with, or train again"
            )
        spellings = {word: tuple(parts) for word, parts in data["spellings"].items()}
        return cls(emoticons=dict(data["emoticons"]), spellings=spellings)
