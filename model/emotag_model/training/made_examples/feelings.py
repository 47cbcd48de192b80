"""Feelings that labelled comments hold too few of: denied, changed, strong, and shown by an emoji alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_THINGS = ("plan", "draft", "dashboard", "patch", "proposal", "summary", "schedule", "dataset", "design", "game")
_DENIALS_OF_JOY = (
    "We aren't {word} with the {thing}.",
    "I'm not exactly {word} about the {thing}.",
    "No one here is {word} about that {thing}",
    "I wasn't {word} by the {thing} one bit",
    "hardly {word} with this {thing}",
)
_DENIALS_OF_HARM = (
    "We aren't {word} about the {thing}.",
    "I'm not {word} because of the {thing}, really.",
    "No one here was {word} by that {thing}",
    "don't be {word}, it is only a {thing}",
)
_GOOD = ("glad", "impressed", "content", "overjoyed", "enthusiastic", "cheered up")
_BAD = ("upset", "mad", "frustrated", "frightened", "bitter", "hurt", "stressed", "offended")
_PRAISED = (("admire", "admiration"), ("adore", "love"), ("appreciate", "gratitude"), ("treasure", "love"))
_LOATHED = (("loathe", "disgust"), ("resent", "anger"), ("regret", "remorse"), ("dread", "fear"), ("despise", "anger"))
_STRONG = {
    "joy": ("delighted", "blissful"), "excitement": ("thrilled", "pumped"), "gratitude": ("thankful", "obliged"),
    "anger": ("enraged", "livid", "irate"), "annoyance": ("irritated", "vexed"), "sadness": ("sorrowful", "downcast"),
    "disappointment": ("let down",), "fear": ("petrified", "panicked"), "nervousness": ("uneasy",),
    "disgust": ("nauseated", "appalled"), "surprise": ("astonished", "startled"), "confusion": ("baffled",),
}  # fmt: skip
_DEGREES = (
    "really",
    "truly",
    "deeply",
    "terribly",
    "utterly",
    "quite",
    "just",
    "more than a little",
    "beyond all words",
)
_EMOJI = {
    "joy": "😁😃😄😸", "amusement": "😆🤣😹😅", "love": "😘💕💖💗😻💙", "excitement": "🥳🤩🎊🙌", "gratitude": "💐",
    "admiration": "👏💯🏆", "approval": "👌✅", "anger": "👿💢😾", "annoyance": "🙄😤😒", "sadness": "😞😔😿😥🙁",
    "disappointment": "😟😩👎", "fear": "😧😦🙀", "nervousness": "😬😓", "surprise": "😯😳🤭", "confusion": "😵🤷❓",
    "curiosity": "🧐👀", "disgust": "😝🤧🐛", "embarrassment": "🙈", "relief": "😌", "optimism": "🤞🌈",
}  # fmt: skip


def denied_joy(random: Random) -> tuple[str, str]:
    """Deny a good feeling."""
    return _denied(random, _DENIALS_OF_JOY, _GOOD), "disapproval"


def denied_harm(random: Random) -> tuple[str, str]:
    """Deny a bad one."""
    return _denied(random, _DENIALS_OF_HARM, _BAD), "neutral"


def turned(random: Random) -> tuple[str, str]:
    """Make a feeling that was and one that is; the label is what is."""
    praised, loathed = random.choice(_PRAISED), random.choice(_LOATHED)
    (before, _), (now, label) = random.choice(((praised, loathed), (loathed, praised)))
    text = random.choice(
        (
            "Last year we would {before} the {thing}, these days we {now} it.",
            "I did {before} that {thing} once. Nowadays I {now} it.",
            "my friends still {before} this {thing} but I {now} it",
        )
    )
    return text.format(before=before, now=now, thing=random.choice(_THINGS)), label


def strong(random: Random) -> tuple[str, str]:
    """Say a feeling with a degree."""
    label = random.choice(tuple(_STRONG))
    text = random.choice(
        (
            "I feel {degree} {word} about the {thing}.",
            "We were {degree} {word} when the {thing} came",
            "{degree} {word} today!!",
            "My sister is {degree} {word}.",
        )
    )
    return _with_thing(random, text.replace("{degree}", random.choice(_DEGREES)), random.choice(_STRONG[label])), label


def emoji(random: Random) -> tuple[str, str]:
    """Write one emoji, up to three times."""
    label = random.choice(tuple(_EMOJI))
    emoji = random.choice(_EMOJI[label])
    return " ".join([emoji] * random.randint(1, 3)), label


def _denied(random: Random, texts: Sequence[str], words: Sequence[str]) -> str:
    return _with_thing(random, random.choice(texts), random.choice(words))


def _with_thing(random: Random, text: str, word: str) -> str:
    return text.format(word=word, thing=random.choice(_THINGS))
