"""Text to token ids, the same in training and serving; stored in a checkpoint as `tokenizer.json`."""

from __future__ import annotations

import json
import re
import unicodedata
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from emotag_model.text.errors import TextDataError
from emotag_model.text.rules import Rules
from emotag_model.text.splitter import ELONGATED, EMOJI, NUMBER, Splitter
from emotag_model.text.vocabulary import UNKNOWN_ID, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "emotag-tokenizer"
MAX_TOKENS = 256  # holds 98 % of 25,432 agent-to-agent messages whole, and every message of GoEmotions but two
CHARACTERS_PER_TOKEN = 16  # of text that is looked at, per token that may come of it; English has five
_CACHED_CHUNKS = 16_384  # per generation
_CACHED_LENGTH = 32
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
_EMOJI = re.compile(EMOJI)


class Encoding(NamedTuple):
    """What the model reads of one text."""

    ids: list[int]
    truncated: bool


class Tokenizer:
    """Encodes texts by one vocabulary and one set of rules.

    Plain Python on purpose: chunks between blanks repeat, so nearly all of a text is one dictionary look-up per
    chunk. That takes about 4 us for a 20-word message (40 to 80 us when no chunk was seen before) where the Rust
    `tokenizers` library takes 35 us for simpler rules, and it needs no further dependency.
    """

    def __init__(self, vocabulary: Vocabulary, *, rules: Rules | None = None, max_tokens: int = MAX_TOKENS) -> None:
        if max_tokens < 1:
            raise TextDataError(f"max_tokens is {max_tokens}; a text needs room for at least 1 token")
        self.vocabulary = vocabulary
        self.max_tokens = max_tokens
        self._splitter = Splitter(rules)
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
            ids += self._read(chunk) if found is None else found
        if len(ids) > self.max_tokens:
            return Encoding(ids[: self.max_tokens], truncated=True)
        return Encoding(ids, truncated)

    def tokens(self, text: str) -> list[str]:
        """Return the words that `encode(text).ids` stand for, one each; an unknown word as it was written."""
        chunks, _ = self._chunks(text)
        pairs = [pair for chunk in chunks for word in self._splitter.split(chunk) for pair in self._resolve(word)]
        return [word for word, _ in pairs[: self.max_tokens]]

    def save(self, path: Path) -> None:
        """Write `tokenizer.json`."""
        content = {
            "format": FORMAT,
            "max_tokens": self.max_tokens,
            "rules": self._splitter.rules.to_dict(),
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
            ids = tuple(row for word in self._splitter.split(chunk) for _, row in self._resolve(word))
        if len(chunk) <= _CACHED_LENGTH:
            if len(self._recent) >= _CACHED_CHUNKS:
                self._older, self._recent = self._recent, {}
            self._recent[chunk] = ids
        return ids

    def _resolve(self, word: str) -> list[tuple[str, int]]:
        """Find rows for a word: its own, that of its plain spelling, or those of its parts."""
        index = self.vocabulary.index
        if word in index:
            return [(word, index[word])]
        if is_drawn_out(word) and (plain := self._squeeze(word)):
            return [(plain, index[plain]), (ELONGATED, index.get(ELONGATED, UNKNOWN_ID))]
        if word[0].isdecimal():
            return [(NUMBER, index.get(NUMBER, UNKNOWN_ID))]
        parts = _parts(word)
        known = [(part, index[part]) for part in parts if part in index]
        return known or [(word, UNKNOWN_ID)]

    def _squeeze(self, word: str) -> str | None:
        """Return the most frequent known word that `word` ("sooo") is a drawn-out spelling of."""
        runs = _LONG_RUN.split(word[:_CACHED_LENGTH])
        plain, drawn = runs[0::2], runs[1::2]
        candidates = (
            "".join(a + b for a, b in zip(plain, (*letters, ""), strict=True))
            for letters in product(
                *((letter, letter * 2) for letter in drawn[:4]), *((letter,) for letter in drawn[4:])
            )
        )
        known = [word for word in candidates if word in self.vocabulary.index]
        return min(known, key=self.vocabulary.index.__getitem__, default=None)


def is_drawn_out(word: str) -> bool:
    """Tell whether a letter stands three times in a row; a vocabulary is better off without such words."""
    return _LONG_RUN.search(word) is not None


def _parts(word: str) -> list[str]:
    """Split a hyphenated word at its hyphens, and an emoji into the words of its Unicode name."""
    if _EMOJI.fullmatch(word):
        return unicodedata.name(word, "").lower().replace("-", " ").split()
    return [part for part in word.split("-") if part] if "-" in word else []
