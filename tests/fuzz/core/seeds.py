"""What fuzzing begins with: the tables that the core reads, and a few texts, damages and networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emotag_model.native.characters import character_tables
from emotag_model.native.encoder import rule_numbers
from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.text.rules import Rules
from emotag_model.text.splitter import MARKS

if TYPE_CHECKING:
    from pathlib import Path

_WORDS = (
    "so good god do n't i 'm happy sad cool hello well known haha the you beautiful terrible wonderful because thanks "
    "quite quiet a b x ! ... ? , . - ' \" ( ) 🙂 ❤ 😀 red heart slightly face été straße σίγμας 日本"
)
_TEXTS = (
    "I'm sooo happy, don't! splendid gladsomeee",
    ":)) xD >:(( ^_^ (ツ) ¯\\_(ツ)_/¯ <3",
    "https://x.y/z a@b.co /usr/bin/x ~/a/b C:\\d\\e r/aww u/me @you \\n",
    "&amp;&#39;&#x27;&notit; &lt &#٣٣; &#x80; &nbsp;",
    "É é ﷺ 각 ΑΣ Σ' İ ẛ̣ ǆ ½ ärgerlich 🏃‍♀️ 🇬🇧 👍🏽 ❤️",
    "550e8400-e29b-41d4-a716-446655440000 10:30 1st 3.14 deadbeefdeadbeef12",
    "deadbeef-dead-beef-dead-beefdeadbeef FFFFFFFF-ffff-ffff-ffff-ffffffffffff abcdefab-cdef-abcd",
    "beautifull terribel hapy-good-sooo hapyness",
    "hahahah bwahaha",
    "“q” `x` /s [name] [religion] !!! ??? ?! ...",
    "\ud800\udfff\x00\u2003\u3000" + "a" * 50 + " " * 40 + "b",
)
_RULES = {
    "invented": bytes([0, 8, 40, 1, 2, 0, 5, 4, 1, 60, 1, 61, 2, 97, 97, 2, 97, 98, 0, 0, 0]),
    "characters": bytes([4, 0, 0, 20, 7, 2, 0, 200, 255, 255, 255, 255, 1, 0, 0, 60, 0, 128]),
    "cut": bytes([5, 0, 0, 3, 200]),
    "damaged": bytes([6, *range(64)]),
}
_NETWORKS = {
    "hostile": bytes([0, 200, 200, 20, 7, 3, 8, 129, 4, 0, 8, 130]),
    "loud": bytes([1, 20, 7, 1, 20, 2, 8, 0, 1, 20, 20, 1, 2, 3, 4, 30, 0, 2, 20, 7]),
    "any-ids": bytes([2, 20, 7, 1, 20, 2, 8, 0, 1, 20, 20, 1, 2, 3, 4, 30, 255]),
    "single": bytes([3, 50, 6, 1, 11, 0, 7, 0, 0, 30, 9, 8, 7, 6, 1, 17, 0, 30, 2, 2, 250, 5]),
    "half": bytes([4, 31, 27, 2, 15, 2, 11, 1, 2, 16, 32, 39, 5, 5, 5, 5, 47, 1, 250, 0, 0, 9]),
    "one-of-everything": bytes([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, *[1] * 140]),
}


def write_tables(folder: Path) -> None:
    """Write the tables of characters, the rules with all steps, those with none, and the number of rows."""
    steps = ("drawn-out", "number", "emoji", "hyphen", "slang", "typo")
    vocabulary = Vocabulary([*dict.fromkeys((*_WORDS.split(), *MARKS))])
    every = Tokenizer(vocabulary, rules=Rules(steps=steps, technical=True), max_tokens=16)
    none = Tokenizer(vocabulary, rules=Rules(steps=(), technical=False), max_tokens=256)
    (folder / "characters.bin").write_bytes(character_tables().tobytes())
    (folder / "rules.bin").write_bytes(rule_numbers(every).tobytes())
    (folder / "plain.bin").write_bytes(rule_numbers(none).tobytes())
    (folder / "rows.bin").write_bytes(np.array([len(vocabulary)], np.uint32).tobytes())


def write_seeds(corpus: Path) -> None:
    """Write the seeds of each target into its folder of the corpus, beside what may be there."""
    texts = {str(number): text.encode("utf-8", "surrogatepass") for number, text in enumerate(_TEXTS)}
    for target, seeds in {"texts": texts, "rules": _RULES, "networks": _NETWORKS}.items():
        folder = corpus / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, seed in seeds.items():
            (folder / f"seed-{name}").write_bytes(seed)
