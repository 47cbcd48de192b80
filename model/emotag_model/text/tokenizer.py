"""Text to token ids, the same in training and serving; stored in a checkpoint as `tokenizer.json`."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from emotag_model.text.errors import TextDataError
from emotag_model.text.rules import Rules
from emotag_model.text.splitter import Splitter
from emotag_model.text.unknown import UnknownWords
from emotag_model.text.vocabulary import UNKNOWN_ID, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = "emotag-tokenizer"
MAX_TOKENS = 256  # holds 98 % of 25,432 agent-to-agent messages whole, and every message of GoEmotions but two
CHARACTERS_PER_TOKEN = 16  # of text that is looked at, per token that may come of it; English has five
_CACHED_CHUNKS = 16_384  # per generation
_CACHED_LENGTH = 32


class Encoding(NamedTuple):
    """What the model reads of one text."""

    ids: list[int]
    truncated: bool


class Tokenizer:
    """Encodes texts by one vocabulary and one set of rules.

    Plain Python on purpose: the slow truth that the native encoder is tested by. Chunks between blanks repeat, so that
    one seen before is a dictionary look-up. A comment of GoEmotions takes 3 us where all its chunks are known, 24 to
    29 us among 20,000 distinct ones; 4 KiB of long words that no vocabulary has take 7 ms (one core of a server).
    """

    def __init__(self, vocabulary: Vocabulary, *, rules: Rules | None = None, max_tokens: int = MAX_TOKENS) -> None:
        if max_tokens < 1:
            raise TextDataError(f"max_tokens is {max_tokens}; a text needs room for at least 1 token")
        self.vocabulary = vocabulary
        self.max_tokens = max_tokens
        self.rules = rules or Rules()
        self._splitter = Splitter(self.rules)
        self._unknown = UnknownWords(vocabulary, self.rules)
        self._max_characters = max_tokens * CHARACTERS_PER_TOKEN
        # Two generations, so that a flood of rare chunks pushes out rare chunks and not the frequent ones.
        self._recent: dict[str, tuple[int, ...]] = {}
        self._older: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> Encoding:
        """Return the ids of the first `max_tokens` tokens of `text`, and whether anything followed them.

        Work is bounded whatever the length: only `max_tokens * CHARACTERS_PER_TOKEN` characters are looked at.
        A text that shows nothing (blanks, controls, zero-width) has no ids.
        """
        chunks, truncated = self._chunks(text)
        ids: list[int] = []
        recent = self._recent
        for chunk in chunks:
            found = recent.get(chunk)
            if found is None:
                if len(ids) > self.max_tokens:
                    break  # only here: a look-up is cheaper than the question
                found = self._read(chunk)
            ids += found
        if len(ids) > self.max_tokens:
            return Encoding(ids[: self.max_tokens], truncated=True)
        return Encoding(ids, truncated)

    def tokens(self, text: str) -> list[str]:
        """Return the words that `encode(text).ids` stand for, one each; an unknown word as it was written."""
        chunks, _ = self._chunks(text)
        return [word for word, _ in islice(self._pairs(chunks), self.max_tokens)]

    def save(self, path: Path) -> None:
        """Write `tokenizer.json`."""
        content = {
            "format": FORMAT,
            "max_tokens": self.max_tokens,
            "rules": self.rules.to_dict(),
            "vocabulary": self.vocabulary.words[2:],
        }
        path.write_text(json.dumps(content, ensure_ascii=True, indent=0) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        """Read what `save` wrote. Raises TextDataError when it is something else, OSError when it cannot be read."""
        try:
            return cls._from_content(json.loads(path.read_text(encoding="utf-8")))
        except TextDataError as error:
            raise TextDataError(f"{path}: {error}") from error
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise TextDataError(f"{path}: not an emotag tokenizer ({type(error).__name__}: {error})") from error

    @classmethod
    def _from_content(cls, content: dict[str, Any]) -> Tokenizer:
        if content["format"] != FORMAT:
            raise TextDataError(f"format is {content['format']!r}, not {FORMAT!r}")
        rules = Rules.from_dict(content["rules"])
        return cls(Vocabulary(content["vocabulary"]), rules=rules, max_tokens=content["max_tokens"])

    def _chunks(self, text: str) -> tuple[list[str], bool]:
        if len(text) <= self._max_characters:
            return text.split(), False
        text = text.strip()
        return text[: self._max_characters].split(), len(text) > self._max_characters

    def _read(self, chunk: str) -> tuple[int, ...]:
        ids = self._older.get(chunk)
        if ids is None:
            ids = tuple(row for _, row in self._pairs([chunk]))
        if len(chunk) <= _CACHED_LENGTH:
            if len(self._recent) >= _CACHED_CHUNKS:
                self._older, self._recent = self._recent, {}
            self._recent[chunk] = ids
        return ids

    def _pairs(self, chunks: list[str]) -> Iterator[tuple[str, int]]:
        """Yield words and their rows, at most one more than are read of a text: to look up an unknown word costs."""
        words = (word for chunk in chunks for word in self._splitter.split(chunk))
        return islice((pair for word in words for pair in self._resolve(word)), self.max_tokens + 1)

    def _resolve(self, word: str) -> list[tuple[str, int]]:
        """Find rows for a word: its own, or those of the words that it is read as."""
        row = self.vocabulary.index.get(word)
        if row is not None:
            return [(word, row)]
        known = [(each, self.vocabulary.index[each]) for each in self._unknown.read(word)]
        return known or [(word, UNKNOWN_ID)]
