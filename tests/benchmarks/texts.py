"""The texts of the load: distinct ones, since a load that repeats itself measures caches.

Real ones where the project's data are at hand: short comments of people, and what agents write, which is longer. Else
made ones: words by Zipf's law, with rare words and typing errors, as long as the real ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from string import ascii_lowercase

from emotag.v1.message_pb2 import Message
from emotag_model.text.examples import read_rows

_DATA = Path(os.environ.get("EMOTAG_SHARED", Path(__file__).parents[3] / "shared")) / "data"
_SHORT = ("text/goemotions/train.jsonl.gz",)
_LONG = (
    "streams/tau_bench_gpt4o_airline.jsonl.gz",
    "streams/tau_bench_fewshot.jsonl.gz",
    "streams/marble_agent_to_agent.jsonl.gz",
)
_SHORT_WORDS, _LONG_WORDS = (3, 26), (20, 80)  # of a made text
_VOCABULARY, _RARE, _MISTYPED = 30_000, 0.02, 0.02  # words, and the shares of new and of misspelt ones


def short_texts(count: int) -> list[str]:
    """Return so many distinct comments of about 15 words."""
    return _distinct(_SHORT, _SHORT_WORDS, count)


def long_texts(count: int) -> list[str]:
    """Return so many distinct messages of agents of about 45 words."""
    return _distinct(_LONG, _LONG_WORDS, count)


def messages(count: int, *, long: bool = False) -> list[Message]:
    """Return messages with distinct ids and texts."""
    texts = long_texts(count) if long else short_texts(count)
    return [Message(id=f"bench-{index}", text=text) for index, text in enumerate(texts)]


def worst_texts() -> list[str]:
    """Return a frame's worth of texts that are the dearest to read: 3 MB of distinct words that nobody knows."""
    random = Random(1)
    return [" ".join("".join(random.choices("eirst", k=17)) for _ in range(160)) for _ in range(1024)]


def kind() -> str:
    """Say what the texts are, for the table."""
    return "real" if all((_DATA / name).is_file() for name in (*_SHORT, *_LONG)) else "made"


@cache
def _distinct(files: tuple[str, ...], words: tuple[int, int], count: int) -> list[str]:
    """Return distinct texts: those of the files first, then made ones."""
    seen: set[str] = set()
    new = (text for text in _texts(files, words) if not (text in seen or seen.add(text)))
    return list(islice(new, count))


def _texts(files: tuple[str, ...], words: tuple[int, int]) -> Iterator[str]:
    if kind() == "real":
        real = [row.text for name in files for row in read_rows(_DATA / name)]
        Random(0).shuffle(real)
        yield from real
    yield from made_texts(words)


def made_texts(words: tuple[int, int]) -> Iterator[str]:
    """Yield texts without end: words by Zipf's law, some never seen before and some misspelt."""
    random = Random(1)
    vocabulary = [_word(random) for _ in range(_VOCABULARY)]
    weights = [1 / rank for rank in range(1, _VOCABULARY + 1)]
    total: list[float] = []
    for weight in weights:
        total.append(weight + (total[-1] if total else 0.0))
    while True:
        drawn = random.choices(vocabulary, cum_weights=total, k=random.randint(*words))
        yield f"{' '.join(_said(word, random) for word in drawn).capitalize()}{random.choice('.!?')}"


def _said(word: str, random: Random) -> str:
    if random.random() < _RARE:
        return _word(random)
    if random.random() < _MISTYPED and len(word) > 3:
        place = random.randrange(1, len(word) - 1)
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word


def _word(random: Random) -> str:
    return "".join(random.choices(ascii_lowercase, k=random.randint(2, 9)))
