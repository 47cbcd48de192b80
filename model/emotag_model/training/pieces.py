"""The beginnings and ends of words that get a row, so that a word never seen still says something."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from emotag_model.text.segments import LONGEST_PIECE, MARK, Segments

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.text import Vocabulary
    from emotag_model.text.glove import WordVectors

PIECES = 1_000  # of each kind, beginnings and ends
_SHORTEST_STEM = 3  # letters that a piece leaves of a word


def choose_pieces(words: Iterable[str]) -> list[str]:
    """Return the beginnings (`un##`) and ends (`##ness`) that most of different `words` have, long ones preferred."""
    heads, tails = Counter[str](), Counter[str]()
    for word in words:
        if word.isalpha():
            lengths = range(2, min(LONGEST_PIECE, len(word) - _SHORTEST_STEM) + 1)
            heads.update(word[:length] + MARK for length in lengths)
            tails.update(MARK + word[-length:] for length in lengths)
    return [*_best(heads), *_best(tails)]


def _best(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda piece: (-counts[piece] * len(piece.replace(MARK, "")), piece))[:PIECES]


def piece_vectors(vocabulary: Vocabulary, vectors: WordVectors) -> dict[str, NDArray[np.float32]]:
    """Return for each piece the mean vector of the words that would be read by it if they had no row."""
    segments = Segments(vocabulary)
    found: dict[str, list[int]] = defaultdict(list)
    for row, word in enumerate(vectors.words):
        for part in segments.parts(word):
            if MARK in part:
                found[part].append(row)
    return {piece: vectors.vectors[rows].mean(axis=0) for piece, rows in found.items()}
