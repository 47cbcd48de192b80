"""The label sets that emotag knows: GoEmotions' 28 (Demszky et al. 2020) and the paper's two groupings of them."""

from __future__ import annotations

from emotag_model.labels.labels import Labels
from emotag_model.labels.taxonomy import Taxonomy

GOEMOTIONS, EKMAN, SENTIMENT = "goemotions", "ekman", "sentiment"

FINE_LABELS = (
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire",
    "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy",
    "love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
)  # fmt: skip
"""The model's outputs: index = label id of the data set."""

_JOY = (
    "admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy", "love", "optimism",
    "pride", "relief",
)  # fmt: skip
_ANGER = ("anger", "annoyance", "disapproval")
_FEAR = ("fear", "nervousness")
_SADNESS = ("disappointment", "embarrassment", "grief", "remorse", "sadness")
_SURPRISE = ("confusion", "curiosity", "realization", "surprise")

GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
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
"""Taxonomy to its labels, in the order of their scores, to the fine labels each is made of."""


def default_labels() -> Labels:
    """Return the three taxonomies over GoEmotions' labels, not calibrated yet; `ekman` is the default."""
    taxonomies = {
        name: Taxonomy.plain(name, {label: _ids(members) for label, members in groups.items()})
        for name, groups in GROUPS.items()
    }
    return Labels(fine=FINE_LABELS, taxonomies=taxonomies, default=EKMAN)


def _ids(members: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(FINE_LABELS.index(member) for member in members)
