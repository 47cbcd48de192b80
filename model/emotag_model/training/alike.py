"""Words that share the row of the word most like them, so that GloVe's rare words cost no memory."""

from __future__ import annotations

from collections import defaultdict
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from emotag_model.text.glove import WordVectors

LEAST_LIKENESS = 0.55  # cosine; below it a neighbour says nothing of a word
KINSHIP = 0.25  # added for a common stem: "adores" is nearest to "despises", and yet "adore" is what it means
_SHORTEST = 4  # letters; shorter ones are abbreviations, and their neighbours accidents
_STEM_SHARE = 0.6  # of the shorter word's letters, for two words to have a common stem
_OPPOSITE = "less"
_BLOCK = 2_048  # words whose likenesses are in memory at once: 300 MB with 40,000 rows


def find_alike(vectors: WordVectors, words: Collection[str]) -> dict[str, str]:
    """Map each word that has a vector but is not among `words` to the one of `words` that is most like it.

    Likeness is the cosine of the vectors, and more for words of one stem. Left out are words with signs or digits in
    them, which are read otherwise, short ones, and those that are like nothing.
    """
    rows = [row for row, word in enumerate(vectors.words) if word in words and word.isalpha()]
    rest = [row for row, word in enumerate(vectors.words) if word not in words and _is_long_word(word)]
    if not rows:
        return {}
    unit = vectors.vectors / np.maximum(np.linalg.norm(vectors.vectors, axis=1, keepdims=True), 1e-12)
    known, kin = [vectors.words[row] for row in rows], _Kin([vectors.words[row] for row in rows])
    alike: dict[str, str] = {}
    for start in range(0, len(rest), _BLOCK):
        block = rest[start : start + _BLOCK]
        likeness = unit[block] @ unit[rows].T  # [block, rows]
        alike |= _nearest([vectors.words[row] for row in block], known, likeness, kin)
    return alike


def _nearest(block: list[str], known: list[str], likeness: NDArray[np.float32], kin: _Kin) -> dict[str, str]:
    for row, word in enumerate(block):
        for column, more in kin.find(word):
            likeness[row, column] += more
    nearest = likeness.argmax(axis=1)
    most = likeness.max(axis=1)
    return {block[row]: known[nearest[row]] for row in np.flatnonzero(most >= LEAST_LIKENESS)}


def _is_long_word(word: str) -> bool:
    return word.isalpha() and len(word) >= _SHORTEST


class _Kin:
    """Words by their beginnings, to find those with a common stem."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(words):
            self._places[word[:_SHORTEST]].append(place)

    def find(self, word: str) -> Iterator[tuple[int, float]]:
        """Yield the places of the words with the stem of `word`, and what it adds to their likeness."""
        for place in self._places.get(word[:_SHORTEST], ()):
            other = self._words[place]
            if word.endswith(_OPPOSITE) != other.endswith(_OPPOSITE):
                yield place, -KINSHIP  # "merciful" is not "merciless", however alike the company that they keep
            elif word.startswith(other[: ceil(_STEM_SHARE * min(len(word), len(other)))]):
                yield place, KINSHIP
