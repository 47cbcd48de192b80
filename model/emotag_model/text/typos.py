"""Finds the frequent word that a misspelt one was meant to be: one letter missing, added, changed, or two swapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FREQUENT_ROWS = 12_000  # what people misspell is what they write; a rare word is too often somebody's name
_SHORTEST, _LONGEST = 5, 20  # letters; among shorter words everything is one letter from something
_SHORTEST_SUBSTITUTED = 7  # letters; "prance" is no misspelt "prince"


class Typos:
    """The frequent words of a vocabulary, by what is left of them when one letter is deleted.

    That index (SymSpell's) finds all words within one edit by as many look-ups as the word has letters.
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Index `words`, most frequent first."""
        self._rows: dict[str, int] = {}
        self._left: dict[str, list[str]] = {}
        for row, word in enumerate(words[:_FREQUENT_ROWS]):
            if word.isalpha() and _SHORTEST <= len(word) <= _LONGEST:
                self._rows[word] = row
                for left in {word, *_deletions(word)}:
                    self._left.setdefault(left, []).append(word)

    def repair(self, word: str) -> str | None:
        """Return the word that `word` most likely is a misspelling of; None if nothing is near.

        The first letter must be right. A swapped, missing or extra letter is likelier than a wrong one.
        """
        if not (_SHORTEST <= len(word) <= _LONGEST and word.isalpha()):
            return None
        found = {each for left in (word, *_deletions(word)) for each in self._left.get(left, ())}
        near = [each for each in found if each[0] == word[0] and _one_edit(word, each)]
        if len(word) < _SHORTEST_SUBSTITUTED:
            near = [each for each in near if not _is_substitution(word, each)]
        return min(near, key=lambda each: (_is_substitution(word, each), self._rows[each]), default=None)


def _deletions(word: str) -> Iterator[str]:
    return (word[:place] + word[place + 1 :] for place in range(len(word)))


def _one_edit(word: str, other: str) -> bool:
    """Tell a real single edit of two words that share a deletion from a letter that moved further."""
    if len(word) != len(other):
        return True
    places = [place for place, letter in enumerate(word) if letter != other[place]]
    return len(places) == 1 or (len(places) == 2 and places[1] == places[0] + 1)


def _is_substitution(word: str, other: str) -> bool:
    return len(word) == len(other) and sorted(word) != sorted(other)
