"""Labelled messages as the model reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emotag_model.text.errors import TextDataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.text import Tokenizer
    from emotag_model.text.examples import Example


@dataclass(frozen=True)
class EncodedExamples:
    """Token ids of N messages and their truth [N, F], 1 where a fine label holds."""

    ids: list[list[int]]
    truth: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)


def encode_examples(examples: Sequence[Example], tokenizer: Tokenizer, label_count: int) -> EncodedExamples:
    """Encode messages. Raises TextDataError naming the line of one in which there is nothing to read."""
    return EncodedExamples(encode_texts(examples, tokenizer), truth_of(examples, label_count))


def encode_texts(examples: Sequence[Example], tokenizer: Tokenizer) -> list[list[int]]:
    """Return the ids of each text. Raises TextDataError naming the line of one in which there is nothing to read."""
    ids = []
    for example in examples:
        ids.append(tokenizer.encode(example.text).ids)
        if not ids[-1]:
            raise TextDataError(f"{example.place}: text shows nothing (only blanks, controls or zero-width characters)")
    return ids


def truth_of(examples: Sequence[Example], label_count: int) -> NDArray[np.float32]:
    """Return what holds of each message, [N, label_count]: 1 where a label does."""
    truth = np.zeros((len(examples), label_count), dtype=np.float32)
    for row, example in enumerate(examples):
        truth[row, list(example.labels)] = 1
    return truth
