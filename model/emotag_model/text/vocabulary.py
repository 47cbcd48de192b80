"""The words that have an embedding row, in row order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.text.errors import TextDataError

if TYPE_CHECKING:
    from collections.abc import Iterable

PADDING, UNKNOWN = "<pad>", "<unk>"
PADDING_ID, UNKNOWN_ID = 0, 1


class Vocabulary:
    """Words and their ids; id 0 is padding, id 1 stands for every word of which nothing is known."""

    def __init__(self, words: Iterable[str]) -> None:
        """Number `words`, most frequent first, from 2 on. Raises TextDataError when a word occurs twice."""
        self.words = (PADDING, UNKNOWN, *words)
        self.index = {word: row for row, word in enumerate(self.words)}
        if len(self.index) != len(self.words):
            twice = next(word for row, word in enumerate(self.words) if self.index[word] != row)
            raise TextDataError(f"vocabulary: the word {twice!r} occurs twice; every word has one row")

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.index
