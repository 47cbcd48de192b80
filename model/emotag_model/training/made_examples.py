"""Training rows made from templates, for what labelled comments lack: machine output, formulas, denials, emoji.

None of their words or sentences is taken from the behavioural tests: those are to find out what was learnt.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from emotag_model.labels import FINE_LABELS
from emotag_model.text.examples import Example

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_THINGS = ("plan", "draft", "dashboard", "patch", "proposal", "summary", "schedule", "dataset", "design", "game")
_KEYS = ("count", "path", "owner", "region", "score", "offset", "user", "token", "level", "size")
_TOPICS = ("delivery", "billing", "the flight", "the warranty", "your account", "the booking", "the upgrade")
_FORMULAS = (
    "Thank you for choosing {brand}.",
    "Thank you for getting in touch with {brand}.",
    "Thank you for being a valued customer.",
    "Thanks for waiting.",
    "Thank you for your inquiry.",
    "We are sorry for the delay.",
    "We apologise for the disruption.",
    "Sorry to keep you waiting.",
    "Greetings from the {brand} team.",
    "We appreciate your business.",
)
_STATEMENTS = (
    "Case {n} has been opened for {topic}.",
    "You will get an update on {topic} within {n} hours.",
    "Please reply with the reference number of {topic}.",
    "The form for {topic} is attached.",
    "Your position in the queue is {n}.",
    "Details on {topic} can be found on page {n}.",
    "The status of {topic} is pending.",
)
_BRANDS = ("Northwind", "Globex", "Initech", "Contoso", "Umbra Air", "Fabrikam")
_GOOD = ("glad", "impressed", "content", "overjoyed", "enthusiastic", "cheered up")
_BAD = ("upset", "mad", "frustrated", "frightened", "bitter", "hurt", "stressed", "offended")
_PRAISED = (("admire", "admiration"), ("adore", "love"), ("appreciate", "gratitude"), ("treasure", "love"))
_LOATHED = (("loathe", "disgust"), ("resent", "anger"), ("regret", "remorse"), ("dread", "fear"), ("despise", "anger"))
_EMOJI = {
    "joy": "😁😃😄😸", "amusement": "😆🤣😹😅", "love": "😘💕💖💗😻💙", "excitement": "🥳🤩🎊🙌", "gratitude": "💐",
    "admiration": "👏💯🏆", "approval": "👌✅", "anger": "👿💢😾", "annoyance": "🙄😤😒", "sadness": "😞😔😿😥🙁",
    "disappointment": "😟😩👎", "fear": "😧😦🙀", "nervousness": "😬😓", "surprise": "😯😳🤭", "confusion": "😵🤷❓",
    "curiosity": "🧐👀", "disgust": "😝🤧🐛", "embarrassment": "🙈", "relief": "😌", "optimism": "🤞🌈",
}  # fmt: skip


def made_examples(count: int, seed: int) -> list[Example]:
    """Make `count` rows, the kinds in turn; the same `seed` makes the same rows."""
    random = Random(seed)  # noqa: S311 - no secret
    rows = (_KINDS[number % len(_KINDS)](random) for number in range(count))
    return [
        Example(text, (FINE_LABELS.index(label),), f"made:{seed}:{number}")
        for number, (text, label) in enumerate(rows, start=1)
    ]


def _data(random: Random) -> tuple[str, str]:
    keys = random.sample(_KEYS, random.randint(1, 4))
    pairs = ", ".join(f'"{key}": {random.choice((str(random.randint(0, 9999)), "null", "true"))}' for key in keys)
    return f"{{{pairs}}}", "neutral"


def _code(random: Random) -> tuple[str, str]:
    name, key, number = random.choice(_KEYS), random.choice(_KEYS), random.randint(0, 500)
    line = random.choice(
        (
            "if {name} > {n}:\n    return {key}[{n}]",
            "{name} = load('{key}_{n}.csv')",
            "let {name} = {key}.map(x => x + {n});",
            "UPDATE {key} SET {name} = {n} WHERE id = {n};",
            "$ ls -la {name}/{key}\ntotal {n}",
            "[{n}] DEBUG {name}: {key} took {n} ms",
            "curl -s localhost:{n}/{name}/{key} | jq .",
            "Calling tool {name} with {key}={n}",
        )
    )
    return line.format(name=name, key=key, n=number), "neutral"


def _formula(random: Random) -> tuple[str, str]:
    head = random.choice(_FORMULAS).format(brand=random.choice(_BRANDS))
    rest = random.choice(_STATEMENTS).format(n=random.randint(2, 90), topic=random.choice(_TOPICS))
    return f"{head} {rest}", "neutral"


def _denied_joy(random: Random) -> tuple[str, str]:
    text = random.choice(
        (
            "We aren't {word} with the {thing}.",
            "I'm not exactly {word} about the {thing}.",
            "No one here is {word} about that {thing}",
            "I wasn't {word} by the {thing} one bit",
            "hardly {word} with this {thing}",
        )
    )
    return _with_thing(random, text, random.choice(_GOOD)), "disapproval"


def _denied_harm(random: Random) -> tuple[str, str]:
    text = random.choice(
        (
            "We aren't {word} about the {thing}.",
            "I'm not {word} because of the {thing}, really.",
            "No one here was {word} by that {thing}",
            "don't be {word}, it is only a {thing}",
        )
    )
    return _with_thing(random, text, random.choice(_BAD)), "neutral"


def _turned(random: Random) -> tuple[str, str]:
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


def _emoji(random: Random) -> tuple[str, str]:
    label = random.choice(tuple(_EMOJI))
    emoji = random.choice(_EMOJI[label])
    return " ".join([emoji] * random.randint(1, 3)), label


def _with_thing(random: Random, text: str, word: str) -> str:
    return text.format(word=word, thing=random.choice(_THINGS))


_KINDS: Sequence[Callable[[Random], tuple[str, str]]] = (
    _data,
    _code,
    _formula,
    _denied_joy,
    _denied_harm,
    _turned,
    _emoji,
)
