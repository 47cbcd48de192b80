"""Where tokenizer and native encoder differ, and the shortest text around it that still shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emotag_model.native.encoder import NativeEncoder
from emotag_model.text import Encoding, Tokenizer


@dataclass(frozen=True)
class Difference:
    """One text and what each makes of it."""

    text: str
    expected: Encoding
    got: Encoding

    def __str__(self) -> str:
        """Return what a person needs to see it again."""
        return f"text:      {self.text!a}\ntokenizer: {self.expected}\nnative:    {self.got}"


def find_difference(tokenizer: Tokenizer, encoder: NativeEncoder, texts: Sequence[str]) -> Difference | None:
    """Return the first text of which they make something else, in one call of the encoder, or None."""
    ids, lengths, truncated = encoder.encode_all(texts)
    ends = np.cumsum(lengths).tolist()
    numbers, cut = ids.tolist(), truncated.tolist()
    start = 0
    for text, end, more in zip(texts, ends, cut, strict=True):
        expected, got = tokenizer.encode(text), Encoding(numbers[start:end], more)
        if tuple(got) != tuple(expected):
            return Difference(text, expected, got)
        start = end
    return None


def shorten(tokenizer: Tokenizer, encoder: NativeEncoder, difference: Difference) -> Difference:
    """Take parts out, halves first and then single characters, as long as they still differ."""
    size = len(difference.text)
    while size > 1:
        size = (size + 1) // 2
        start = 0
        while start < len(difference.text):
            less = difference.text[:start] + difference.text[start + size :]
            found = find_difference(tokenizer, encoder, [less])
            difference = found or difference
            start += 0 if found else size
    return difference
