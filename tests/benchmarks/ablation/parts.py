"""The parts that can be switched off, each as the tokenizer that is left without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emotag_model.text import Tokenizer
from emotag_model.text.glove import WordVectors
from emotag_model.text.rules import STEPS, Rules
from emotag_model.training.words import build_vocabulary

GLOVE_WORDS = 40_000


@dataclass(frozen=True)
class Part:
    """How a tokenizer differs from the whole: fields of its rules."""

    name: str
    rules: dict[str, Any] = field(default_factory=dict)

    def without(self, whole: Tokenizer) -> Tokenizer:
        """Return `whole` with the part switched off and the same rows, so that the same network can read by it."""
        return Tokenizer(whole.vocabulary, rules=replace(whole.rules, **self.rules))


@dataclass(frozen=True)
class Recipe:
    """A tokenizer that a network is trained with."""

    name: str
    without: Part | None = None
    glove_words: int = GLOVE_WORDS

    def tokenizer(self, texts: Sequence[str], vectors: WordVectors) -> Tokenizer:
        """Choose the words from the training texts."""
        rules = Rules(**(self.without.rules if self.without else {}))
        return Tokenizer(build_vocabulary(texts, vectors, self.glove_words, rules), rules=rules)


def _steps(*without: str) -> tuple[str, ...]:
    return tuple(step for step in STEPS if step not in without)


NOTHING = Part("all of these", {"emoticons": {}, "spellings": {}, "steps": ("number",), "technical": False})
PARTS = [
    Part("emoticons and names of emoji", {"emoticons": {}, "steps": _steps("emoji")}),
    Part("contractions without apostrophe", {"spellings": {}}),
    Part("drawn-out words", {"steps": _steps("drawn-out")}),
    Part("slang", {"steps": _steps("slang")}),
    Part("typing errors", {"steps": _steps("typo")}),
    Part("hyphens", {"steps": _steps("hyphen")}),
    Part("marks for addresses, paths, keys", {"technical": False}),
    NOTHING,
]
RECIPES = {
    "whole": Recipe("trained with everything"),
    "nothing": Recipe("trained with none of it", NOTHING),
    "20k": Recipe("trained with everything, 20,000 words of GloVe", glove_words=20_000),
    "80k": Recipe("trained with everything, 80,000 words of GloVe", glove_words=80_000),
}
