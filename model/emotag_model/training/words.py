"""Which words get a row, and the vectors that the rows start from."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from emotag_model.text import Vocabulary
from emotag_model.text.rules import EMOTICONS
from emotag_model.text.splitter import MARKS, Splitter
from emotag_model.text.tokenizer import is_drawn_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from emotag_model.text.glove import WordVectors

_UNSEEN_DEVIATION = 0.1  # of rows that nothing is known of: small, so that they say little until trained
_EMPTY_NAME_WORDS = frozenset({"face", "with", "of", "sign", "and", "symbol"})  # in the Unicode names of emoji


def build_vocabulary(texts: Iterable[str], vectors: WordVectors, glove_words: int) -> Vocabulary:
    """Choose the words: marks, emoticons' emoji, GloVe's most frequent, and those of the training texts.

    A word of the texts needs a vector or a second occurrence. Order: GloVe's, then by frequency in the texts.
    """
    counts = count_words(texts)
    rank = {word: row for row, word in enumerate(vectors.words)}
    words = {*MARKS, *EMOTICONS.values(), *vectors.words[:glove_words]}
    words |= {word for word, times in counts.items() if times > 1 or word in rank}
    kept = (word for word in words if not is_drawn_out(word))
    return Vocabulary(sorted(kept, key=lambda word: (rank.get(word, len(rank)), -counts[word], word)))


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Count words as the tokenizer cuts them."""
    splitter = Splitter()
    return Counter(word for text in texts for chunk in text.split() for word in splitter.split(chunk))


def starting_vectors(vocabulary: Vocabulary, vectors: WordVectors, scale: float, seed: int) -> NDArray[np.float32]:
    """Return the rows [V, size] the embedding starts from, GloVe's scaled to the standard deviation `scale`.

    Emoji start from the mean of the words of their Unicode name, hyphenated words from that of their parts, others
    from noise. Row 0, padding, is zero.
    """
    rank = {word: row for row, word in enumerate(vectors.words)}
    noise = np.random.default_rng(seed).standard_normal((len(vocabulary), vectors.size), dtype=np.float32)
    rows = noise * np.float32(_UNSEEN_DEVIATION)
    factor = np.float32(scale / vectors.vectors.std())
    for row, word in enumerate(vocabulary.words):
        if known := [rank[part] for part in _sources(word, rank) if part in rank]:
            rows[row] = vectors.vectors[known].mean(axis=0) * factor
    rows[0] = 0
    return rows


def _sources(word: str, rank: dict[str, int]) -> list[str]:
    if word in rank:
        return [word]
    if len(word) > 1:
        return word.split("-")
    name = unicodedata.name(word, "").lower().replace("-", " ").split()
    return [part for part in name if part not in _EMPTY_NAME_WORDS]
