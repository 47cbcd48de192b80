"""Training rows made from templates, for what labelled comments lack: machine output, formulas, denials, emoji.

None of their words or sentences is taken from the behavioural tests: those are to find out what was learnt.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from emotag_model.labels import BASIC, OUTPUTS
from emotag_model.text.examples import Example
from emotag_model.training.made_examples import courtesy, feelings, machine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_KINDS: Sequence[Callable[[Random], tuple[str, str]]] = (
    machine.data,
    machine.code,
    courtesy.formula,
    courtesy.refusal,
    feelings.denied_joy,
    feelings.denied_harm,
    feelings.turned,
    feelings.strong,
    feelings.emoji,
)

_PLAIN = {
    **dict.fromkeys(("joy", "amusement", "love", "excitement", "gratitude", "admiration", "relief", "optimism"), "joy"),
    **dict.fromkeys(("anger", "annoyance"), "anger"),
    **dict.fromkeys(("fear", "nervousness"), "fear"),
    **dict.fromkeys(("sadness", "disappointment", "remorse", "embarrassment", "disapproval"), "sadness"),
    **dict.fromkeys(("neutral", "approval", "confusion", "curiosity"), "neutral"),
    "disgust": "disgust",
    "surprise": "surprise",
}
"""The labels of the templates in the words of `basic`; disapproval is of denied joy alone."""


def made_examples(count: int, seed: int) -> list[Example]:
    """Make `count` rows, the kinds in turn; the same `seed` makes the same rows."""
    random = Random(seed)  # noqa: S311 - no secret
    rows = (_KINDS[number % len(_KINDS)](random) for number in range(count))
    return [
        Example(text, (OUTPUTS.index(label), OUTPUTS.index(f"{BASIC}/{_PLAIN[label]}")), f"made:{seed}:{number}")
        for number, (text, label) in enumerate(rows, start=1)
    ]
