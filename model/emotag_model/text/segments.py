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
_LONGEST_PART, _TAIL = 14, 3
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
        self._index = vocabulary.index
        rows = enumerate(vocabulary.words)
        self._costs = {word: _CUT + log(row) for row, word in rows if row and _is_part(word, row)}
        self._tails = {word[-_TAIL:] for word in self._costs}  # spares nearly all look-ups in what is no word
        short = ((part, vocabulary.index.get(part, 0)) for part in _SHORT_PARTS)
        self._short = {part: _CUT + log(row) + _LETTER_WORD * (2 - len(part)) for part, row in short if row}

    def words(self, word: str) -> list[str]:
        """Return the known words that `word` is written of, two or more; none if it is not."""
        if word[-_TAIL:] not in self._tails and not self._short.keys() & {word[-2:], word[-1:]}:
            return []  # most of what is no word, for two look-ups
        parts = self._cheapest(word, pieces=False)
        short = sum(len(part) for part in parts if len(part) < _TAIL)
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
            steps = [self._word_step(word, end, costs, pieces=pieces)]
            steps += self._piece_steps(word, end, costs) if pieces else []
            cost, start, part = min(steps)
            costs.append(cost)
            ways.append((start, part))
        return _walk_back(ways)

    def _word_step(self, word: str, end: int, costs: list[float], *, pieces: bool) -> tuple[float, int, str]:
        """Return the cheapest last step to `end` of those that end with a word or pass over a letter."""
        skip = (_SKIP if end > 1 else _SKIP_FIRST) if pieces else inf
        best = (costs[end - 1] + skip, end - 1, "")
        if word[max(0, end - _TAIL) : end] in self._tails:
            for start in range(max(0, end - _LONGEST_PART), end - _TAIL + 1):
                cost = costs[start] + self._costs.get(word[start:end], inf)
                if cost < best[0] and end - start < len(word):
                    best = (cost, start, word[start:end])
        return best if pieces else min(best, *self._short_steps(word, end, costs))

    def _short_steps(self, word: str, end: int, costs: list[float]) -> list[tuple[float, int, str]]:
        starts = range(max(0, end - _TAIL + 1), end)
        return [(costs[start] + self._short.get(word[start:end], inf), start, word[start:end]) for start in starts]

    def _piece_steps(self, word: str, end: int, costs: list[float]) -> list[tuple[float, int, str]]:
        """Return the steps to `end` that are a piece: one that begins the word, or those that end it."""
        if end == len(word):
            pieces = [(start, MARK + word[start:]) for start in range(max(1, end - LONGEST_PIECE), end - 1)]
        else:
            pieces = [(0, word[:end] + MARK)] if end <= LONGEST_PIECE else []
        return [(costs[start] + _PIECE, start, piece) for start, piece in pieces if piece in self._index]


def _is_part(word: str, row: int) -> bool:
    rows = _PART_ROWS.get(len(word), _LONG_PART_ROWS)
    return row < rows and _TAIL <= len(word) <= _LONGEST_PART and word.isalpha()


def _walk_back(ways: list[tuple[int, str]]) -> list[str]:
    parts, end = [], len(ways) - 1
    while end:
        start, part = ways[end]
        parts.append(part)
        end = start
    return parts[::-1]
