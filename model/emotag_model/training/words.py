"""Which words get a row, and the vectors that the rows start from."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from emotag_model.text import Vocabulary
from emotag_model.text.emoji import name_words
from emotag_model.text.rules import EMOTICONS, Rules
from emotag_model.text.splitter import CODE, COMMUNITY, EMAIL, FLAG, MARKS, NUMBER, PATH, URL, USER, Splitter
from emotag_model.text.unknown import UnknownWords, is_drawn_out
from emotag_model.text.vocabulary import PADDING, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from emotag_model.text.glove import WordVectors

_UNSEEN_DEVIATION = 0.1  # of rows that nothing is known of: small, so that they say little until trained
_LEAST_SEEN = 2  # times, for a word or an emoji beyond GloVe's most frequent to get a row; once teaches it nothing
_LEAST_SEEN_STRANGE = 4  # for a word that GloVe does not know: most are misspellings, better read as what they misspell
_EMPTY_NAME_WORDS = frozenset({"face", "with", "of", "sign", "and", "symbol"})  # in the Unicode names of emoji
_MEANINGS = {
    URL: ("website", "link"),
    EMAIL: ("email", "address"),
    PATH: ("file", "directory"),
    CODE: ("code", "id"),
    USER: ("user",),
    COMMUNITY: ("forum",),
    NUMBER: ("number", "ten"),
    FLAG: ("flag",),
}


def build_vocabulary(
    texts: Iterable[str], vectors: WordVectors, glove_words: int, rules: Rules | None = None
) -> Vocabulary:
    """Choose the words: marks, emoticons' emoji, GloVe's `glove_words` most frequent, and those of the texts.

    A word of the texts beyond those must occur twice, one that GloVe does not know four times; numbers it does not
    know are one word.
    Order: GloVe's, then by frequency in the texts.
    """
    counts = count_words(texts, rules)
    rank = {word: row for row, word in enumerate(vectors.words)}
    words = {*MARKS, *EMOTICONS.values(), *vectors.words[:glove_words]}
    words |= {word for word, times in counts.items() if times >= _least_seen(word, rank)}
    kept = {word for word in words if not is_drawn_out(word)} - {PADDING, UNKNOWN}  # which have their rows anyhow
    ordered = sorted(kept, key=lambda word: (rank.get(word, len(rank)), -counts[word], word))
    return Vocabulary(ordered)


def _least_seen(word: str, rank: dict[str, int]) -> float:
    if word in rank or not word[0].isalnum():
        return _LEAST_SEEN
    return inf if word[0].isdecimal() else _LEAST_SEEN_STRANGE


def count_words(texts: Iterable[str], rules: Rules | None = None) -> Counter[str]:
    """Count words as the tokenizer cuts them."""
    splitter = Splitter(rules)
    return Counter(word for text in texts for chunk in text.split() for word in splitter.split(chunk))


def starting_vectors(vocabulary: Vocabulary, vectors: WordVectors, scale: float, seed: int) -> NDArray[np.float32]:
    """Return the rows [V, size] the embedding starts from, GloVe's scaled to the standard deviation `scale`.

    Emoji start from the mean of the words of their Unicode name, marks from that of what they stand for, other words
    from that of what they would be read as without a row, and the rest from noise. Row 0, padding, is zero.
    """
    noise = np.random.default_rng(seed).standard_normal((len(vocabulary), vectors.size), dtype=np.float32)
    rows = noise * np.float32(_UNSEEN_DEVIATION)
    factor = np.float32(scale / vectors.vectors.std())
    sources = _Sources(vocabulary, vectors)
    for row, word in enumerate(vocabulary.words):
        if (start := sources.mean(word)) is not None:
            rows[row] = start * factor
    rows[0] = 0
    return rows


class _Sources:
    """What is known of a word: vectors of others."""

    def __init__(self, vocabulary: Vocabulary, vectors: WordVectors) -> None:
        self._vectors = vectors.vectors
        self._rank = {word: row for row, word in enumerate(vectors.words)}
        known = Vocabulary(word for word in vocabulary.words[2:] if word in self._rank)
        self._unknown = UnknownWords(known, Rules())

    def mean(self, word: str) -> NDArray[np.float32] | None:
        known = [self._rank[part] for part in self._parts(word) if part in self._rank]
        mean: NDArray[np.float32] | None = self._vectors[known].mean(axis=0) if known else None
        return mean

    def _parts(self, word: str) -> list[str]:
        if word in self._rank:
            return [word]
        if word in MARKS:
            return list(_MEANINGS.get(word, ()))
        if len(word) > 1:
            return self._unknown.read(word)
        return [part for part in name_words(word) if part not in _EMPTY_NAME_WORDS]
