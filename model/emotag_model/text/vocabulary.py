"""The words that have an embedding row, in row order, and the words that share the row of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.text.errors import TextDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PADDING, UNKNOWN = "<pad>", "<unk>"
PADDING_ID, UNKNOWN_ID = 0, 1


class Vocabulary:
    """Words and their ids; id 0 is padding, id 1 stands for every word of which nothing is known."""

    def __init__(self, words: Iterable[str], *, alike: Mapping[str, str] | None = None) -> None:
        """Number `words`, most frequent first, from 2 on; `alike` maps more words to the ones whose rows they share.

        Raises TextDataError when a word occurs twice, or is alike one that has no row.
        """
        self.words = (PADDING, UNKNOWN, *words)
        self.alike = dict(alike or {})
        rows = {word: row for row, word in enumerate(self.words)}
        if len(rows) != len(self.words):
            twice = next(word for row, word in enumerate(self.words) if rows[word] != row)
            raise TextDataError(f"vocabulary: the word {twice!r} occurs twice; every word has one row")
        self.index = rows | {word: _shared(word, other, rows) for word, other in self.alike.items()}

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.index


def _shared(word: str, other: str, rows: dict[str, int]) -> int:
    if word in rows:
        raise TextDataError(f"alike: {word!r} has a row of its own; take it out")
    if other not in rows:
        raise TextDataError(f"alike: {word!r} is read as {other!r}, which has no row")
    return rows[other]
