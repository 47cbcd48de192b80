"""The same message shouted or mistyped."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.capability_file import read_file
from emotag_model.behaviour.cases import Invariance

_FILE = read_file("spelling")
_MESSAGES: list[str] = _FILE["messages"]
_SHORT: list[str] = _FILE["short"]


def swap(word: str) -> str:
    """Swap the two letters in the middle."""
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]


def drop(word: str) -> str:
    """Leave out the letter in the middle."""
    return word[: len(word) // 2] + word[len(word) // 2 + 1 :]


def double(word: str) -> str:
    """Write the letter in the middle twice."""
    return word[: len(word) // 2] + word[len(word) // 2 :][:1] + word[len(word) // 2 :]


def mistype(text: str, how: str) -> str:
    """Mistype the longest word of `text`, the first of them: "swap", "drop" or "double" a letter in its middle."""
    longest = max(text.split(" "), key=len)
    return text.replace(longest, {"swap": swap, "drop": drop, "double": double}[how](longest), 1)


CAPITALS = Capability(
    "capitals",
    "a text in capitals keeps its label and scores",
    tuple(Invariance(text, text.upper()) for text in (*_MESSAGES, *_SHORT)),
)
TYPOS = Capability(
    "typos",
    "one mistyped word, the longest, with two letters swapped, one dropped or one doubled changes nothing",
    tuple(Invariance(text, mistype(text, how)) for text in _MESSAGES for how in ("swap", "drop", "double")),
)
