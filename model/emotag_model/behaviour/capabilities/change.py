"""Feelings that changed: what holds is how it is now."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability, fill, minimum
from emotag_model.behaviour.cases import FELT, Direction

_NEGATIVE = ("anger", "sadness", "fear", "disgust")
_TO_JOY = (
    *fill("I used to {before} it, but now I {now} it.", before=("hate", "dislike"), now=("love", "really enjoy")),
    "At first I was angry, but now I am happy with the solution.",
    "I was scared before the talk, and now I am just relieved.",
    "Yesterday I was sad; today I feel great.",
    "We were worried for weeks, but it ended wonderfully.",
    "I expected the worst and got the best day of my life.",
    "After months of frustration it finally works, I'm so happy!",
)
_FROM_JOY = (
    *fill("I used to {before} it, but now I {now} it.", before=("love", "like"), now=("hate", "can't stand")),
    "At first I was happy, but now I am angry about the bill.",
    "I was excited before the launch, and now I am just disappointed.",
    "Yesterday I was happy; today I feel miserable.",
    "It started as a lovely evening and ended in tears.",
    "I thought I would love it. I hate it.",
    "The old version was great; the new one is a disaster.",
)
_TURNS = (
    ("I used to hate it.", "I used to hate it, but now I love it.", "joy"),
    ("I was angry at first.", "I was angry at first, but now I am happy.", "joy"),
    ("The start was terrible.", "The start was terrible, but the end was wonderful.", "joy"),
    ("I was scared.", "I was scared, but now I am so relieved.", "joy"),
    ("I used to love it.", "I used to love it, but now I hate it.", "anger"),
    ("I was happy.", "I was happy, but now I am furious.", "anger"),
    ("I was happy.", "I was happy, but now I am heartbroken.", "sadness"),
    ("It began well.", "It began well, but now I am terrified.", "fear"),
)

CHANGE = Capability(
    "change",
    "of a feeling then and a feeling now, the tag is of now",
    (
        *minimum(_TO_JOY, "joy"),
        *minimum(_FROM_JOY, *_NEGATIVE),
        *(Direction(before, turned, label, FELT) for before, turned, label in _TURNS),
    ),
)
