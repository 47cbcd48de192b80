"""Varies training texts in ways that leave their labels true: other people, typing slips, capitals."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_model.text.examples import Example

_PAIRS = (
    ("he", "she"), ("him", "her"), ("his", "her"), ("himself", "herself"), ("man", "woman"), ("men", "women"),
    ("boy", "girl"), ("boys", "girls"), ("brother", "sister"), ("father", "mother"), ("dad", "mom"),
    ("son", "daughter"), ("husband", "wife"), ("boyfriend", "girlfriend"), ("uncle", "aunt"), ("king", "queen"),
    ("sir", "madam"),
)  # fmt: skip
_OTHER_GENDER = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1]) if one != "her"}
_ALIKE = (
    ("christian", "muslim", "hindu", "buddhist", "sikh", "jewish", "mormon"),
    ("christians", "muslims", "hindus", "buddhists", "sikhs", "jews", "mormons"),
    ("christianity", "islam", "hinduism", "buddhism", "judaism"),
    ("gay", "lesbian", "bisexual", "transgender", "straight"),
    ("american", "german", "mexican", "nigerian", "chinese", "indian", "turkish", "russian", "italian", "iraqi"),
    ("americans", "germans", "mexicans", "nigerians", "indians", "turks", "russians", "italians", "iraqis"),
)
_PEERS = {word: tuple(peer for peer in group if peer != word) for group in _ALIKE for word in group}
_NAMES = (
    "Maria", "Thomas", "Aisha", "Hassan", "Keisha", "Tyrone", "Sofia", "Miguel", "Deepa", "Vikram", "Li", "Kenji",
    "Natasha", "Boris", "Ingrid", "Lars", "Grace", "Kwame", "Noor", "Casey",
)  # fmt: skip
_RELIGIONS = ("Christianity", "Islam", "Hinduism", "Buddhism", "Judaism", "Atheism")

_PERSON = re.compile(rf"\b({'|'.join([*_OTHER_GENDER, 'her'])})\b", re.IGNORECASE)
_IDENTITY = re.compile(rf"\b(?:(an?)(\s+))?({'|'.join(_PEERS)})\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[(NAME|RELIGION)\]")
_LONG_WORD = re.compile(r"\b[a-z]{5,}\b")
_NOT_OWNED = (
    "a|about|after|again|all|and|as|at|back|because|before|but|by|down|everything|for|from|how|if|in|into|is|it|like|my|"
    "not|of|off|on|or|out|so|than|that|the|this|to|too|up|was|what|when|where|who|why|with|without|you|your"
)
_OWNED_FOLLOWS = re.compile(rf"\s+(?!(?:{_NOT_OWNED})\b)[a-z]", re.IGNORECASE)


def augmented(examples: Sequence[Example], share: float, seed: int) -> list[Example]:
    """Return `examples` in their order, about that `share` of them varied in one way.

    What a row becomes depends on `seed` and its text alone, and not on the folder that it was read from. Raises
    ValueError for a share outside [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}; it must lie between 0 and 1")
    return [_augment(example, share, Random(f"{seed} {example.text}")) for example in examples]  # noqa: S311 - no secret


def exchange_people(text: str, random: Random) -> str:
    """Exchange gendered words for those of the other gender, identities for others, placeholders for names."""
    text = _PERSON.sub(lambda match: _like(match[0], _other_gender(match)), text)
    text = _IDENTITY.sub(lambda match: _other_identity(match, random), text)
    return _PLACEHOLDER.sub(lambda match: random.choice(_NAMES if match[1] == "NAME" else _RELIGIONS), text)


def mistype(text: str, random: Random) -> str:
    """Swap, drop or double one letter inside one word of five or more; a text without one stays."""
    words = list(_LONG_WORD.finditer(text))
    if not words:
        return text
    word = random.choice(words)
    place = random.randrange(word.start() + 1, word.end() - 1)
    one, two = text[place], text[place + 1]
    slip = random.choice((two + one, two, one + one + two))
    return text[:place] + slip + text[place + 2 :]


def shout(text: str, random: Random) -> str:
    """Write all of it in capitals, or one word."""
    words = list(_LONG_WORD.finditer(text))
    if not words or random.random() < 0.5:
        return text.upper()
    word = random.choice(words)
    return text[: word.start()] + word[0].upper() + text[word.end() :]


_WAYS: tuple[Callable[[str, Random], str], ...] = (exchange_people, exchange_people, mistype, shout)


def _augment(example: Example, share: float, random: Random) -> Example:
    if random.random() >= share:
        return example
    return replace(example, text=random.choice(_WAYS)(example.text, random))


def _other_gender(match: re.Match[str]) -> str:
    word = match[0].lower()
    if word != "her":
        return _OTHER_GENDER[word]
    return "his" if _OWNED_FOLLOWS.match(match.string, match.end()) else "him"


def _other_identity(match: re.Match[str], random: Random) -> str:
    other = _like(match[3], random.choice(_PEERS[match[3].lower()]))
    if match[1] is None:
        return other
    article = _like(match[1], "an" if other[0].lower() in "aeiou" else "a")
    return f"{article}{match[2]}{other}"


def _like(model: str, word: str) -> str:
    """Write `word` with capitals where `model` has them."""
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word.capitalize() if model[0].isupper() else word
