"""The label sets that emotag knows: seven plain words, GoEmotions' 28, and the paper's groupings of those.

GoEmotions: Demszky et al. 2020. The seven of `basic` are labels of their own, learnt by a head of their own: what an
ordinary reader would say that a message expresses. Those of `ekman` are groups of the 28, as in the paper, where
curiosity counts as surprise.
"""

from __future__ import annotations

from emotag_model.labels.labels import Labels
from emotag_model.labels.taxonomy import Taxonomy

BASIC, GOEMOTIONS, EKMAN, SENTIMENT = "basic", "goemotions", "ekman", "sentiment"

FINE_LABELS = (
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire",
    "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy",
    "love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
)  # fmt: skip
"""The labels of GoEmotions: index = label id of the data set, and the model's output."""

BASIC_LABELS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
"""The labels of `basic`."""

OUTPUTS = (*FINE_LABELS, *(f"{BASIC}/{label}" for label in BASIC_LABELS))
"""The model's outputs, in the order of its logits: one head after the other."""

HEADS = {GOEMOTIONS: slice(0, len(FINE_LABELS)), BASIC: slice(len(FINE_LABELS), len(OUTPUTS))}
"""The outputs that are learnt together, from rows that are labelled in their words."""

_JOY = (
    "admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy", "love", "optimism",
    "pride", "relief",
)  # fmt: skip
_ANGER = ("anger", "annoyance", "disapproval")
_FEAR = ("fear", "nervousness")
_SADNESS = ("disappointment", "embarrassment", "grief", "remorse", "sadness")
_SURPRISE = ("confusion", "curiosity", "realization", "surprise")

GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    BASIC: {label: (f"{BASIC}/{label}",) for label in BASIC_LABELS},
    EKMAN: {
        "anger": _ANGER,
        "disgust": ("disgust",),
        "fear": _FEAR,
        "joy": _JOY,
        "sadness": _SADNESS,
        "surprise": _SURPRISE,
        "neutral": ("neutral",),
    },
    GOEMOTIONS: {label: (label,) for label in FINE_LABELS},
    SENTIMENT: {
        "positive": _JOY,
        "negative": (*_ANGER, "disgust", *_FEAR, *_SADNESS),
        "ambiguous": _SURPRISE,
        "neutral": ("neutral",),
    },
}
"""Taxonomy to its labels, in the order of their scores, to the outputs each is made of."""


def default_labels() -> Labels:
    """Return the four taxonomies, not calibrated yet; `basic` is the default."""
    taxonomies = {
        name: Taxonomy.plain(
            name,
            {label: _ids(members) for label, members in groups.items()},
            rest="neutral" if name == BASIC else "",  # what is left when nothing else is expressed: the guide's default
        )
        for name, groups in GROUPS.items()
    }
    return Labels(outputs=OUTPUTS, taxonomies=taxonomies, default=BASIC)


def head_of(taxonomy: str) -> str:
    """Return the head that a taxonomy is computed from."""
    return BASIC if taxonomy == BASIC else GOEMOTIONS


def _ids(members: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(OUTPUTS.index(member) for member in members)
