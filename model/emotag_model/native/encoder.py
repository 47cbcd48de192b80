"""The tokenizer computed by the native core: the same ids for every text."""

from __future__ import annotations

import weakref
from array import array
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from emotag_model.native.errors import RefusedError
from emotag_model.native.library import Library, load_library
from emotag_model.text import Encoding
from emotag_model.text.tokenizer import CHARACTERS_PER_TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.text import Tokenizer

VERSION = 3
"""Of the layout of rules, as `source/text/encoder.cpp` has it."""

_MAGIC = 0x52544D45
_STEPS = ("drawn-out", "number", "emoji", "hyphen", "slang", "typo")


class NativeEncoder:
    """The same function as `Tokenizer`. Any number of threads may share one; none holds the GIL."""

    def __init__(self, tokenizer: Tokenizer, characters: NDArray[np.uint32], *, library: Library | None = None) -> None:
        """Make one of a tokenizer and of the tables of `character_tables`, which are kept and not copied.

        Raises RefusedError for rules that the core does not know, LibraryMissingError where there is none.
        """
        self.library = library or load_library()
        self._characters = characters
        self._tokenizer = tokenizer
        self.max_tokens = tokenizer.max_tokens
        rules = rule_numbers(tokenizer)
        self.handle = self.library.attempt(
            "emotag_encoder_new", characters.ctypes.data, len(characters), rules.ctypes.data, len(rules)
        )
        self._finalizer = weakref.finalize(self, self.library.call, "emotag_encoder_free", self.handle)

    def encode(self, text: str) -> Encoding:
        """Return what `Tokenizer.encode` returns."""
        ids, _, truncated = self.encode_all([text])
        return Encoding(ids.tolist(), bool(truncated[0]))

    def tokens(self, text: str) -> list[str]:
        """Return what `Tokenizer.tokens` returns; computed by it, since few ask for explanations."""
        return self._tokenizer.tokens(text)

    def encode_all(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]]:
        """Return the ids of all texts one after the other, how many each has, and which were cut."""
        data, ends = join(texts)
        ids = np.empty(len(texts) * self.max_tokens, np.int32)
        lengths, truncated = np.empty(len(texts), np.int32), np.empty(len(texts), np.bool_)
        self.library.attempt(
            "emotag_encoder_encode",
            *(self.handle, data, ends.buffer_info()[0], len(texts), ids.ctypes.data, len(ids)),
            *(lengths.ctypes.data, truncated.ctypes.data),
        )
        return ids[: lengths.sum()].copy(), lengths, truncated


def join(texts: Sequence[str]) -> tuple[bytes, array[int]]:
    """Return texts as the core reads them: their UTF-8 in one, and where each ends."""
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    return b"".join(parts), array("q", accumulate(map(len, parts)))


def rule_numbers(tokenizer: Tokenizer) -> NDArray[np.uint32]:
    """Return vocabulary and rules as the core reads them."""
    rules, vocabulary = tokenizer.rules, tokenizer.vocabulary
    begin = [_MAGIC, VERSION, tokenizer.max_tokens, tokenizer.max_tokens * CHARACTERS_PER_TOKEN, rules.technical]
    steps = [len(rules.steps), *map(_step, rules.steps)]
    emoticons = (_sequence(signs) + _sequence(emoji) for signs, emoji in rules.emoticons.items())
    parts = [
        *(chr(len(vocabulary.words)), *map(_sequence, vocabulary.words)),
        _sayings(rules.slang),
        *(chr(len(rules.emoticons)), *emoticons),
        _sayings(rules.spellings),
    ]
    return np.concatenate([np.array([*begin, *steps], np.uint32), _numbers("".join(parts))])


def _numbers(text: str) -> NDArray[np.uint32]:
    """Return the numbers of a text's characters. Numbers become characters first, since joining texts is fast."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32)


def _sequence(text: str) -> str:
    """Put a text's length in front of it."""
    return chr(len(text)) + text


def _sayings(sayings: dict[str, tuple[str, ...]]) -> str:
    rows = (_sequence(word) + chr(len(said)) + "".join(map(_sequence, said)) for word, said in sayings.items())
    return chr(len(sayings)) + "".join(rows)


def _step(name: str) -> int:
    try:
        return _STEPS.index(name)
    except ValueError:
        raise RefusedError(f"rules.steps: the native core does not know {name!r}") from None
