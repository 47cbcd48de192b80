"""What the suite tests, one capability after the other. Written from what people expect, not from what a model does."""

from emotag_model.behaviour.capabilities.additions import ADDITIONS
from emotag_model.behaviour.capabilities.boilerplate import BOILERPLATE
from emotag_model.behaviour.capabilities.change import CHANGE
from emotag_model.behaviour.capabilities.emoji import EMOJI
from emotag_model.behaviour.capabilities.intensity import INTENSITY
from emotag_model.behaviour.capabilities.long_messages import LONG_MESSAGES
from emotag_model.behaviour.capabilities.machine import FACTS, MACHINE_OUTPUT
from emotag_model.behaviour.capabilities.negation import NEGATION
from emotag_model.behaviour.capabilities.questions import QUESTIONS
from emotag_model.behaviour.capabilities.quotes import QUOTES
from emotag_model.behaviour.capabilities.spelling import CAPITALS, ELONGATION, TYPOS
from emotag_model.behaviour.capabilities.swaps import SWAPS
from emotag_model.behaviour.capabilities.vocabulary import VOCABULARY

CAPABILITIES = (
    VOCABULARY,
    NEGATION,
    INTENSITY,
    CHANGE,
    QUESTIONS,
    QUOTES,
    LONG_MESSAGES,
    BOILERPLATE,
    FACTS,
    MACHINE_OUTPUT,
    EMOJI,
    CAPITALS,
    TYPOS,
    ELONGATION,
    ADDITIONS,
    *SWAPS,
)
