"""Random strings: of every Unicode category, of pieces that a tokenizer may trip over, of real texts with mistakes."""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache

from tests.unit.model.native.texts import INTERESTING, PIECES

LONGEST = 300  # characters of a real text, from anywhere within it
_MISTAKES = 4
_RARELY = 2_000  # one string in so many is repeated until it is cut
_REPEATED = 20_000


@cache
def categories() -> dict[str, str]:
    """Return all characters by their category, lone surrogates and those that are not assigned included."""
    found: dict[str, list[str]] = {}
    for code in range(sys.maxunicode + 1):
        found.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
    return {name: "".join(characters) for name, characters in found.items()}


class Strings:
    """The same strings for the same seed and texts."""

    def __init__(self, seed: int, texts: Sequence[str] = ()) -> None:
        """Draw from `texts` as well, if there are any; else from pieces in their place."""
        self._random = random.Random(seed)
        self._texts = texts
        self._categories = list(categories().values())

    def make(self) -> str:
        """Return the next one."""
        draw = self._random
        ways = (self._characters, self._pieces, self._mistaken, self._mistaken)
        text = draw.choice(ways)()
        if draw.random() < 0.2:
            text += draw.choice(("", " ", "-", "'", "\u200d")) + draw.choice(ways)()
        if text and draw.randrange(_RARELY) == 0:
            text *= draw.randrange(1, _REPEATED) // len(text) + 1
        return text

    def _character(self) -> str:
        """One of any category, or one that the rules speak of; categories are alike likely, whatever they hold."""
        draw = self._random
        return draw.choice(INTERESTING) if draw.random() < 0.5 else draw.choice(draw.choice(self._categories))

    def _characters(self) -> str:
        draw = self._random
        chosen = draw.choices(self._categories, k=draw.randrange(1, 4))
        return "".join(draw.choice(draw.choice(chosen)) for _ in range(draw.randrange(1, 24)))

    def _pieces(self) -> str:
        draw = self._random
        between = draw.choice(("", "", " ", "-", "."))
        return between.join(draw.choices(PIECES, k=draw.randrange(10)))

    def _mistaken(self) -> str:
        draw = self._random
        if not self._texts:
            text = " ".join(draw.choices(PIECES, k=draw.randrange(1, 12)))
        else:
            text = draw.choice(self._texts)
            start = draw.randrange(max(1, len(text) - LONGEST))
            text = text[start : start + draw.randrange(1, LONGEST)]
        for _ in range(draw.randrange(_MISTAKES + 1)):
            text = self._mistake(text)
        return text

    def _mistake(self, text: str) -> str:
        draw = self._random
        start = draw.randrange(len(text) + 1)
        end = min(len(text), start + draw.choice((0, 1, 1, 2, 5)))
        part = text[start:end]
        instead = draw.choice(
            (
                *("", self._character(), draw.choice(PIECES), part[::-1], part.swapcase()),
                *(part * draw.randrange(2, 6), part + self._character(), unicodedata.normalize("NFD", part)),
            )
        )
        return text[:start] + instead + text[end:]
