"""The tables that tokens are cut and unknown words read by, and the version of the patterns in code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emotag_model.text.errors import TextDataError
from emotag_model.text.slang import SLANG

RULES_VERSION = 4
"""Raised whenever a text gets other tokens from the same tables, so that an old checkpoint is refused, not misread."""

EMOTICONS = {
    ":)": "🙂", ":-)": "🙂", "=)": "🙂", "^_^": "😊", "^^": "😊", ":3": "😊",
    ":d": "😀", ":-d": "😀", "=d": "😀", ";d": "😀", "xd": "😆", ":')": "😂", ":'d": "😂",
    ";)": "😉", ";-)": "😉", ":p": "😛", ":-p": "😛", ";p": "😛", "=p": "😛", ":-*": "😘",
    "<3": "❤", "</3": "💔", ":(": "🙁", ":-(": "🙁", ":'(": "😢", ";-;": "😢", ";_;": "😢", "t_t": "😢",
    ":/": "😕", ":-/": "😕", ":|": "😐", "-_-": "😑", "-.-": "😑", "._.": "😐",
    ":o": "😮", ":-o": "😮", "o_o": "😮", ">:(": "😠", "\\o/": "🙌", "\\_(ツ)_/": "🤷", "_(ツ)_/": "🤷", "(ツ)": "🤷",
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
    "weve": ("we", "'ve"), "theyve": ("they", "'ve"), "youll": ("you", "'ll"), "theyll": ("they", "'ll"),
    "itll": ("it", "'ll"), "youd": ("you", "'d"), "theyd": ("they", "'d"), "whos": ("who", "'s"),
    "wheres": ("where", "'s"), "heres": ("here", "'s"), "hows": ("how", "'s"), "y'all": ("you", "all"),
    "yall": ("you", "all"),
    "isn": ("is", "n't"), "wasn": ("was", "n't"), "doesn": ("does", "n't"), "didn": ("did", "n't"),
    "couldn": ("could", "n't"), "wouldn": ("would", "n't"), "shouldn": ("should", "n't"), "hasn": ("has", "n't"),
    "hadn": ("had", "n't"), "aren": ("are", "n't"), "weren": ("were", "n't"),
}  # fmt: skip
"""Words that GloVe knows in two parts and people write in one; not those that are words themselves (ill, were, its).

The last two lines are what is left of "isn't" where a program took apostrophes for blanks.
"""

STEPS = ("drawn-out", "number", "emoji", "hyphen", "slang", "typo")
"""How a word without a row is read, the first way that says something; see `unknown.py`."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The tables of one tokenizer, stored with it so that serving cuts words as training did."""

    version: int = RULES_VERSION
    emoticons: dict[str, str] = field(default_factory=lambda: dict(EMOTICONS))
    spellings: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(SPELLINGS))
    slang: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(SLANG))
    steps: tuple[str, ...] = STEPS
    technical: bool = True  # addresses, paths, keys and escapes become marks

    def __post_init__(self) -> None:
        if unknown := [step for step in self.steps if step not in STEPS]:
            raise TextDataError(f"rules.steps has {unknown[0]!r}; known are {', '.join(STEPS)}")

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads, in JSON's types."""
        return {
            "version": self.version,
            "emoticons": self.emoticons,
            "spellings": {word: list(parts) for word, parts in self.spellings.items()},
            "slang": {word: list(parts) for word, parts in self.slang.items()},
            "steps": list(self.steps),
            "technical": self.technical,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Rules:
        """Read `to_dict`'s form. Raises TextDataError for rules of another version, or that name an unknown step."""
        if data.get("version") != RULES_VERSION:
            raise TextDataError(
                f"rules.version is {data.get('version')!r}, this emotag cuts words by version {RULES_VERSION}; "
                "use the emotag version that the checkpoint was made with, or train again"
            )
        return cls(
            emoticons=dict(data["emoticons"]),
            spellings={word: tuple(parts) for word, parts in data["spellings"].items()},
            slang={word: tuple(parts) for word, parts in data["slang"].items()},
            steps=tuple(data["steps"]),
            technical=bool(data["technical"]),
        )
