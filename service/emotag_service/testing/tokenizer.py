"""A tokenizer with no vocabulary: every new word gets the next id."""

from __future__ import annotations

from emotag_model.text.tokenizer import Encoding

_FIRST_ID = 2  # 0 is padding, 1 the unknown word that warm-ups are made of


class WordTokenizer:
    """Splits at blanks, and remembers every word, so that a script may name the words it reacts to."""

    def __init__(self, max_tokens: int = 128) -> None:
        self.max_tokens = max_tokens
        self._ids: dict[str, int] = {}

    def encode(self, text: str) -> Encoding:
        """Return the ids of the first `max_tokens` words, and whether there were more."""
        words = text.split()
        return Encoding([self.id_of(word) for word in words[: self.max_tokens]], len(words) > self.max_tokens)

    def tokens(self, text: str) -> list[str]:
        """Return the words that the ids stand for."""
        return text.split()[: self.max_tokens]

    def id_of(self, word: str) -> int:
        """Return the id of a word, a new one if need be."""
        return self._ids.setdefault(word, len(self._ids) + _FIRST_ID)
