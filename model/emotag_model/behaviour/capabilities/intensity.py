"""Stronger and weaker words for the same feeling."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.cases import Direction, Steady

_FEELINGS = (
    ("happy", "joy"),
    ("grateful", "joy"),
    ("angry", "anger"),
    ("annoyed", "anger"),
    ("sad", "sadness"),
    ("disappointed", "sadness"),
    ("scared", "fear"),
    ("disgusted", "disgust"),
    ("surprised", "surprise"),
)
_STRONGER = ("very", "extremely", "so incredibly")
_SWINGS = (
    ("It is okay.", "It is absolutely wonderful!", "joy"),
    ("The answer is fine.", "The answer is brilliant, I love it!", "joy"),
    ("I would rather not.", "I would rather not, you filthy liar!", "anger"),
    ("That took a while.", "That took an infuriating eternity!", "anger"),
    ("The room was not clean.", "The room was a revolting, filthy mess.", "disgust"),
    ("It is a bit dark here.", "It is a bit dark here and I am terrified.", "fear"),
    ("He left.", "He left and I am heartbroken.", "sadness"),
    ("That is new.", "That is new, wow, I am stunned!", "surprise"),
)

INTENSITY = Capability(
    "intensity",
    "an intensifier does not lower the score of a feeling; strong words raise it by .1 over lukewarm ones",
    (
        *(
            Steady(f"I am {feeling}.", f"I am {stronger} {feeling}.", label)
            for feeling, label in _FEELINGS
            for stronger in _STRONGER
        ),
        *(Direction(mild, strong, label, 0.1) for mild, strong, label in _SWINGS),
    ),
)
