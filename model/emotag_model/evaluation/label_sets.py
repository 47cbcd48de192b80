"""The label sets of known data sets, and which of GoEmotions' labels stand for each of theirs.

The mappings follow meaning: none was chosen by its figures. Where a set has Ekman's names, its groups
are those of the GoEmotions paper, so that "zero-shot Ekman" means the same everywhere.
"""

from __future__ import annotations

from emotag_model.evaluation.headline import Headline
from emotag_model.evaluation.label_set import LabelSet
from emotag_model.labels.catalogue import EKMAN, GROUPS

_EKMAN = GROUPS[EKMAN]
_ANGER, _DISGUST, _FEAR, _JOY, _SADNESS, _SURPRISE, _NEUTRAL = (_EKMAN[label] for label in _EKMAN)


def _but(group: tuple[str, ...], *others: str) -> tuple[str, ...]:
    """Return the labels of `group` that stand for no other label of the same set."""
    return tuple(label for label in group if label not in others)


_LOVE = ("love", "caring", "desire")
_JOY_ALONE = _but(_JOY, *_LOVE)
_ANGRY = (*_ANGER, "disgust")

LABEL_SETS = (
    LabelSet(
        name="meld",
        title="Ekman's 7 as in MELD (Poria et al. 2019)",
        members=_EKMAN,
        headline=Headline("weighted"),
    ),
    LabelSet(
        name="tec",
        title="TEC (Mohammad 2012): Ekman's 6, nothing neutral",
        members={label: group for label, group in _EKMAN.items() if label != "neutral"},
    ),
    LabelSet(
        name="dair",
        title="dair-ai emotion (Saravia et al. 2018)",
        members={
            "sadness": _SADNESS,
            "joy": _JOY_ALONE,
            "love": _LOVE,
            "anger": _ANGRY,
            "fear": _FEAR,
            "surprise": _SURPRISE,
        },
    ),
    LabelSet(
        name="emocontext",
        title="EmoContext, SemEval-2019 task 3 (Chatterjee et al. 2019)",
        members={
            "happy": _JOY,
            "sad": _SADNESS,
            "angry": _ANGRY,
            "others": (*_NEUTRAL, *_SURPRISE, *_FEAR),
        },
        headline=Headline("micro", without="others"),
    ),
    LabelSet(
        name="tweeteval",
        title="TweetEval emotion (Barbieri et al. 2020)",
        members={"anger": _ANGRY, "joy": _but(_JOY, "optimism"), "optimism": ("optimism",), "sadness": _SADNESS},
    ),
    LabelSet(
        name="dailydialog",
        title="DailyDialog (Li et al. 2017)",
        members={
            "no emotion": _NEUTRAL,
            "anger": _ANGER,
            "disgust": _DISGUST,
            "fear": _FEAR,
            "happiness": _JOY,
            "sadness": _SADNESS,
            "surprise": _SURPRISE,
        },
        headline=Headline("micro", without="no emotion"),
    ),
    LabelSet(
        name="isear",
        title="ISEAR (Scherer and Wallbott 1994)",
        members={
            "joy": _JOY,
            "fear": _FEAR,
            "anger": _ANGER,
            "sadness": _but(_SADNESS, "embarrassment", "remorse"),
            "disgust": _DISGUST,
            "shame": ("embarrassment",),
            "guilt": ("remorse",),
        },
    ),
    LabelSet(
        name="crowdflower",
        title="CrowdFlower emotion in text (2016)",
        members={
            "neutral": _NEUTRAL,
            "worry": _FEAR,
            "happiness": _but(_JOY, *_LOVE, "amusement", "excitement", "relief"),
            "sadness": _SADNESS,
            "love": _LOVE,
            "surprise": _SURPRISE,
            "fun": ("amusement",),
            "relief": ("relief",),
            "hate": ("disgust",),
            "enthusiasm": ("excitement",),
            "anger": _ANGER,
        },
        without=("empty", "boredom"),
    ),
    LabelSet(
        name="topicalchat",
        title="Topical-Chat (Gopalakrishnan et al. 2019)",
        members={
            "Neutral": _NEUTRAL,
            "Curious to dive deeper": ("curiosity",),
            "Happy": _JOY,
            "Surprised": _but(_SURPRISE, "curiosity"),
            "Sad": _SADNESS,
            "Disgusted": _DISGUST,
            "Angry": _ANGER,
            "Fearful": _FEAR,
        },
    ),
    LabelSet(
        name="xed",
        title="XED (Öhman et al. 2020): Plutchik's 8 and neutral",
        members={
            "neutral": _NEUTRAL,
            "anger": _ANGER,
            "anticipation": ("curiosity", "desire", "excitement", "optimism"),
            "disgust": _DISGUST,
            "fear": _FEAR,
            "joy": ("amusement", "gratitude", "joy", "love", "pride", "relief"),
            "sadness": _SADNESS,
            "surprise": ("confusion", "realization", "surprise"),
            "trust": ("admiration", "approval", "caring"),
        },
        single=False,
    ),
    LabelSet(
        name="semeval2018",
        title="SemEval-2018 task 1 E-c (Mohammad et al. 2018)",
        members={
            "anger": _ANGER,
            "anticipation": ("curiosity", "desire", "excitement"),
            "disgust": _DISGUST,
            "fear": _FEAR,
            "joy": _but(_JOY, *_LOVE, "admiration", "approval", "excitement", "optimism"),
            "love": ("love", "caring"),
            "optimism": ("optimism",),
            "sadness": _SADNESS,
            "surprise": ("confusion", "realization", "surprise"),
            "trust": ("admiration", "approval"),
        },
        without=("pessimism",),
        single=False,
    ),
)
"""All but the model's own."""
