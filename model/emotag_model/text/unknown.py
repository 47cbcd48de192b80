"""Reads a word that has no row of its own: by the words it is a spelling or a mistake of, or joined from by hyphens."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from emotag_model.text.emoji import name_words
from emotag_model.text.splitter import ELONGATED, NUMBER
from emotag_model.text.typos import Typos

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_model.text.rules import Rules
    from emotag_model.text.vocabulary import Vocabulary

_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
_LONGEST_DRAWN = 32  # characters of a drawn-out word that are looked at
_MOST_RUNS = 4  # of which both readings, one letter and two, are tried


class UnknownWords:
    """Finds known words for unknown ones, by the steps of a tokenizer's rules and their order."""

    def __init__(self, vocabulary: Vocabulary, rules: Rules) -> None:
        self._index, self._slang = vocabulary.index, rules.slang
        self._words = vocabulary.words if "typo" in rules.steps else ()
        ways: dict[str, Callable[[str], list[str]]] = {
            "drawn-out": self._drawn_out,
            "number": _number,
            "emoji": name_words,
            "hyphen": self._hyphen,
            "slang": self._spoken,
            "typo": self._typo,
        }
        self._ways = [ways[step] for step in rules.steps]

    @cached_property
    def _typos(self) -> Typos:
        """The index takes a third of a second to make: not where another encoder reads the texts."""
        return Typos(self._words)

    def read(self, word: str) -> list[str]:
        """Return the known words that `word` is read as; none if nothing is known of it."""
        for way in self._ways:
            if known := [each for each in way(word) if each in self._index]:
                return known
        return []

    def _drawn_out(self, word: str) -> list[str]:
        """Read "sooo" as the most frequent word that it can be a drawn-out spelling of."""
        if not is_drawn_out(word):
            return []
        shorter = _shorter(word)
        known = [each for each in shorter if each in self._index]
        if known:
            return [min(known, key=self._index.__getitem__), ELONGATED]
        said = next((self._slang[each] for each in shorter if each in self._slang), ())
        return [*said, ELONGATED] if said else []

    def _hyphen(self, word: str) -> list[str]:
        parts = [part for part in word.split("-") if part] if "-" in word else []
        return [known for part in parts for known in ([part] if part in self._index else self.read(part))]

    def _spoken(self, word: str) -> list[str]:
        return list(self._slang.get(word, ()))

    def _typo(self, word: str) -> list[str]:
        repaired = self._typos.repair(word)
        return [repaired] if repaired else []


def is_drawn_out(word: str) -> bool:
    """Tell whether a letter stands three times in a row; a vocabulary is better off without such words."""
    return _LONG_RUN.search(word) is not None


def _shorter(word: str) -> list[str]:
    """Return `word` with every long run of a letter cut to one or two, in all ways."""
    runs = _LONG_RUN.split(word[:_LONGEST_DRAWN])
    plain, drawn = runs[0::2], runs[1::2]
    ways = product(
        *((letter, letter * 2) for letter in drawn[:_MOST_RUNS]), *((letter,) for letter in drawn[_MOST_RUNS:])
    )
    return ["".join(a + b for a, b in zip(plain, (*letters, ""), strict=True)) for letters in ways]


def _number(word: str) -> list[str]:
    return [NUMBER] if word[0].isdecimal() else []
