"""Messages typed badly: the same labels, and words as hurried people write them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from emotag_model.text.examples import Example

SHARE = 0.2  # of the words long enough
_SHORTEST = 5  # letters


def typed_badly(examples: Sequence[Example], seed: int = 0) -> list[Example]:
    """Return the messages with a fifth of their longer words misspelt: letters swapped, lost, doubled or drawn out."""
    dice = random.Random(seed)
    return [replace(each, text=" ".join(_misspelt(word, dice) for word in each.text.split())) for each in examples]


def _misspelt(word: str, dice: random.Random) -> str:
    if len(word) < _SHORTEST or not word.isalpha() or dice.random() >= SHARE:
        return word
    place = dice.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    return dice.choice(
        [
            before + after[0] + letter + after[1:],
            before + after,
            before + letter + letter + after,
            before + letter * 4 + after,
        ]
    )
