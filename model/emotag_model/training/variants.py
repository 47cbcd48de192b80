"""Makes texts that are like those of the training set, for teachers to say what they would be.

A student of a tenth of its teacher's size needs many more texts than there are labels; pieces, joins and garblings of
labelled messages are close to what it will be asked about (Tang et al. 2019, arXiv 1903.12136).
"""

from __future__ import annotations

from itertools import chain
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LEAST_WORDS = 3  # of a text that is varied
_MOST_WORDS = 48  # of a join
_CARRIER_WORDS = 6  # of a piece that carries a word: few, so that the word matters
_DROPPED, _EXCHANGED = 0.10, 0.12  # shares of the words of a garbled text


class Variants:
    """Variants of `texts`, decided by `seed`."""

    def __init__(self, texts: Sequence[str], seed: int) -> None:
        self._texts = [words for text in texts if len(words := text.split()) >= _LEAST_WORDS]
        self._words = list(chain.from_iterable(self._texts))
        self._random = Random(seed)  # noqa: S311 - no secret

    def draw(self) -> list[str]:
        """Return one variant of every text that has words enough, in order; each call returns others."""
        ways: tuple[Callable[[list[str]], list[str]], ...] = (self._piece, self._join, self._garble)
        return [" ".join(self._random.choice(ways)(words)) for words in self._texts]

    def carry(self, words: Sequence[str]) -> list[str]:
        """Return two texts for each of `words`: it alone, and in the place of a word of a short piece of some text.

        What a teacher thinks of words that labelled messages hardly have reaches a student only by such texts.
        """
        return [text for word in words for text in (word, self._carrier(word))]

    def _carrier(self, word: str) -> str:
        piece = self._piece(self._random.choice(self._texts))[:_CARRIER_WORDS]
        piece[self._random.randrange(len(piece))] = word
        return " ".join(piece)

    def _piece(self, words: list[str]) -> list[str]:
        """Cut out a stretch of four to nine tenths."""
        length = max(2, round(len(words) * self._random.uniform(0.4, 0.9)))
        start = self._random.randrange(len(words) - length + 1)
        return words[start : start + length]

    def _join(self, words: list[str]) -> list[str]:
        """Put a piece of another text behind one of this."""
        return [*self._piece(words), *self._piece(self._random.choice(self._texts))][:_MOST_WORDS]

    def _garble(self, words: list[str]) -> list[str]:
        """Drop some words, and exchange some for any of the training set."""
        kept = [word for word in words if self._random.random() >= _DROPPED] or words
        return [self._random.choice(self._words) if self._random.random() < _EXCHANGED else word for word in kept]
