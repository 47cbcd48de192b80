"""Cuts an unknown word into words it is made of (`so|happy`, `web|surfer`) and pieces of words (`un##`, `##ness`)."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag_model.text.vocabulary import Vocabulary

MARK = "##"
"""Stands where a piece was cut off: `un##` begins words, `##ness` ends them. No word of a text can hold it."""
LONGEST_PIECE = 6

_LONGEST = 40  # letters; what is longer is no word, and work stays bounded
_LONGEST_PART = 14
_SHORT_PARTS = frozenset({
    *("i", "a", "so", "my", "no", "to", "is", "it", "me", "we", "be", "of", "in", "on", "at", "do", "go", "up", "he"),
    *("by", "or", "as", "us", "oh", "an", "am"),
})  # fmt: skip
_PART_ROWS = {3: 2_500, 4: 12_000}  # a rare short word is more often an accident of letters than a part
_LONG_PART_ROWS = 40_000
# Costs in nats. A word's is that of its frequency, which by Zipf's law is the logarithm of its row, and this for a cut:
_CUT, _LETTER_WORD, _PIECE, _SKIP, _SKIP_FIRST = 4.0, 6.0, 13.0, 10.0, 16.0
_SHORTEST = 5  # letters of a word that is cut into pieces; below, an accident says as much
_MOST_SHORT = 0.4  # of a word's letters may be in parts of one or two
_LEAST_READ = 0.6  # of the letters, for parts to say more than "unknown"


class Segments:
    """Cheapest cuts by the words and pieces of one vocabulary: into few, long and frequent parts."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._index, self._words = vocabulary.index, vocabulary.words

    def words(self, word: str) -> list[str]:
        """Return the known words that `word` is written of, two or more; none if it is not."""
        parts = self._cheapest(word, pieces=False)
        short = sum(len(part) for part in parts if len(part) < 3)
        return [] if "" in parts or short >= _MOST_SHORT * len(word) else parts

    def parts(self, word: str) -> list[str]:
        """Return words and pieces that make up most of `word`, in order; none if they do not."""
        parts = [part for part in self._cheapest(word, pieces=True) if part] if len(word) >= _SHORTEST else []
        read = sum(len(part.replace(MARK, "")) for part in parts)
        return parts if read >= _LEAST_READ * len(word) else []

    def _cheapest(self, word: str, *, pieces: bool) -> list[str]:
        """Return the parts of the cheapest way through `word` (Viterbi's), "" where a letter is passed over."""
        if len(word) > _LONGEST or not word.isalpha():
            return []
        costs, ways = [0.0], [(0, "")]
        for end in range(1, len(word) + 1):
            cost, start, part = min(self._steps(word, end, costs, pieces=pieces))
            costs.append(cost)
            ways.append((start, part))
        return _walk_back(ways)

    def _steps(self, word: str, end: int, costs: list[float], *, pieces: bool) -> list[tuple[float, int, str]]:
        skip = (_SKIP if end > 1 else _SKIP_FIRST) if pieces else inf
        steps = [(costs[end - 1] + skip, end - 1, "")]
        for start in range(max(0, end - _LONGEST_PART), end):
            part = word[start:end]
            if part != word and (cost := self._word_cost(part, short=not pieces)) < inf:
                steps.append((costs[start] + cost, start, part))
            if pieces and end - start <= LONGEST_PIECE and (start == 0) != (end == len(word)):
                piece = part + MARK if start == 0 else MARK + part
                if piece in self._index:
                    steps.append((costs[start] + _PIECE, start, piece))
        return steps

    def _word_cost(self, part: str, *, short: bool) -> float:
        row = self._index.get(part)
        if row is None or self._words[row] != part:
            return inf
        if len(part) < 3:
            return _CUT + log(row) + _LETTER_WORD * (2 - len(part)) if short and part in _SHORT_PARTS else inf
        return _CUT + log(row) if row < _PART_ROWS.get(len(part), _LONG_PART_ROWS) else inf


def _walk_back(ways: list[tuple[int, str]]) -> list[str]:
    parts, end = [], len(ways) - 1
    while end:
        start, part = ways[end]
        parts.append(part)
        end = start
    return parts[::-1]
