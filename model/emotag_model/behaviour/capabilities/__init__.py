"""What the suite tests, one capability after the other. Written from what people expect, not from what a model does.

Most capabilities are lists of texts, in a file of their name beside this one. Those whose cases are made of others,
such as the same messages mistyped, have a module that makes them.
"""

from emotag_model.behaviour.capabilities.additions import ADDITIONS
from emotag_model.behaviour.capabilities.long_messages import LONG_MESSAGES
from emotag_model.behaviour.capabilities.spelling import CAPITALS, TYPOS
from emotag_model.behaviour.capabilities.swaps import SWAPS
from emotag_model.behaviour.capability_file import load_capability

_FEELING = (
    "vocabulary",
    "anger_at_work",
    "disgust_at_work",
    "fear_at_work",
    "joy_at_work",
    "sadness_at_work",
    "surprise_at_work",
    "venting_questions",
    "under_courtesy",
    "acted_emotion",
    "negation",
    "intensity",
    "change",
)
_NEUTRAL = (
    "courtesy",
    "apologies",
    "disagreement",
    "questions",
    "plans",
    "facts",
    "attitudes",
    "reported_feelings",
    "idioms",
    "machine_output",
    "emoji_marks",
)
_FORM = ("quotes", "emphasis", "emoji", "elongation")

CAPABILITIES = (
    *(load_capability(file) for file in (*_FEELING, *_NEUTRAL, *_FORM)),
    LONG_MESSAGES,
    CAPITALS,
    TYPOS,
    ADDITIONS,
    *SWAPS,
)
