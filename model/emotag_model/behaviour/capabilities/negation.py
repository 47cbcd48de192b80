"""Feelings denied: a negated word must not be read as if it stood alone."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability, fill, minimum
from emotag_model.behaviour.cases import FELT, Direction

_NOT_JOY = ("sadness", "anger", "disgust", "fear", "surprise", "neutral")
_NOT_BAD = ("joy", "surprise", "neutral")

_DENIED_JOY = (
    *fill("I am not {it} at all.", it=("happy", "pleased", "excited", "satisfied")),
    *fill("This does not make me {it}.", it=("happy", "proud")),
    *fill("I don't {it} this.", it=("like", "love", "enjoy")),
    "That was not funny.",
    "Nobody is happy about this release.",
    "I was never happy there.",
    "There is nothing good about it.",
    "I can't say that I am happy with the result.",
    "It isn't a good idea.",
    "The service was far from great.",
)
_DENIED_HARM = (
    *fill("I am not {it} at all.", it=("angry", "sad", "scared", "disappointed", "worried", "annoyed")),
    *fill("I am no longer {it}.", it=("afraid", "angry", "sad")),
    "That is not bad at all.",
    "No need to be afraid.",
    "There is nothing to worry about.",
    "I don't hate it.",
    "I have no complaints whatsoever.",
    "It never disappoints.",
)
_DENIALS = (
    ("I am happy.", "I am not happy.", "joy"),
    ("I love this idea.", "I do not love this idea.", "joy"),
    ("This is a great answer.", "This is not a great answer.", "joy"),
    ("We are proud of it.", "We are not proud of it.", "joy"),
    ("The movie was funny.", "The movie wasn't funny.", "joy"),
    ("I enjoyed the talk.", "I didn't enjoy the talk.", "joy"),
    ("I am angry with you.", "I am not angry with you.", "anger"),
    ("I hate this tool.", "I don't hate this tool.", "anger"),
    ("I am sad about it.", "I am not sad about it.", "sadness"),
    ("I am disappointed.", "I am not disappointed.", "sadness"),
    ("I'm scared of the dark.", "I'm not scared of the dark.", "fear"),
    ("I am worried about the deadline.", "I am not worried about the deadline.", "fear"),
    ("That is disgusting.", "That is not disgusting.", "disgust"),
    ("I am surprised.", "I am not surprised.", "surprise"),
)

NEGATION = Capability(
    "negation",
    "a denied joy is not joy, a denied harm is no negative label, and the denied label's score falls by .1",
    (
        *minimum(_DENIED_JOY, *_NOT_JOY),
        *minimum(_DENIED_HARM, *_NOT_BAD),
        *(Direction(plain, denied, label, -FELT) for plain, denied, label in _DENIALS),
    ),
)
