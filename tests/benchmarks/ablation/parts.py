"""The parts that can be switched off, each as the tokenizer that is left without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.text.glove import WordVectors
from emotag_model.text.rules import STEPS, Rules
from emotag_model.text.segments import MARK
from emotag_model.training.words import build_vocabulary

GLOVE_WORDS = 40_000


@dataclass(frozen=True)
class Part:
    """One line of the table: how its tokenizer differs from the whole."""

    name: str
    rules: dict[str, Any] = field(default_factory=dict)
    alike: bool = True
    glove_words: int = GLOVE_WORDS

    def tokenizer(self, texts: Sequence[str], vectors: WordVectors) -> Tokenizer:
        """Build the tokenizer from the training texts, without the part."""
        rules = Rules(**self.rules)
        vocabulary = build_vocabulary(texts, vectors, self.glove_words, rules)
        words = [word for word in vocabulary.words[2:] if "pieces" in rules.steps or MARK not in word]
        return Tokenizer(Vocabulary(words, alike=vocabulary.alike if self.alike else {}), rules=rules)


def _steps(*without: str) -> tuple[str, ...]:
    return tuple(step for step in STEPS if step not in without)


_off = partial(Part, alike=True)
PARTS = {
    "whole": Part("everything"),
    "emoji": _off("− emoticons and names of emoji", {"emoticons": {}, "steps": _steps("emoji")}),
    "contractions": _off("− contractions without apostrophe", {"spellings": {}}),
    "drawn-out": _off("− drawn-out words", {"steps": _steps("drawn-out")}),
    "spelling": _off("− slang and typing errors", {"steps": _steps("slang", "typo")}),
    "segments": _off("− compounds, hashtags and pieces", {"steps": _steps("hyphen", "compound", "pieces")}),
    "pieces": _off("− pieces", {"steps": _steps("pieces")}),
    "alike": Part("− rare words read as the word most like them", alike=False),
    "technical": _off("− marks for addresses, paths, keys", {"technical": False}),
    "shouting": _off("− mark for capitals", {"shouting": False}),
    "nothing": Part(
        "none of these",
        {"emoticons": {}, "spellings": {}, "steps": ("number",), "technical": False, "shouting": False},
        alike=False,
    ),
    "20k": Part("everything, 20,000 words of GloVe", glove_words=20_000),
    "60k": Part("everything, 60,000 words of GloVe", glove_words=60_000),
    "80k": Part("everything, 80,000 words of GloVe", glove_words=80_000),
}
