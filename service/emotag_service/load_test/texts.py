"""The texts of a load: distinct ones, since a load that repeats itself measures caches."""

from __future__ import annotations

import json
from itertools import product
from random import Random
from typing import TYPE_CHECKING

from emotag.cli.line import Fields, parse
from emotag.cli.source import Source
from emotag.errors import EmotionError, InvalidArgumentError
from emotag.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPENINGS = (
    "Thanks for the quick reply.",
    "I have been waiting for this all morning.",
    "Quick update from my side.",
    "Sorry to bother you again.",
    "Good news first.",
    "I do not understand this at all.",
    "Hello, me once more.",
    "Let me be honest.",
)
_MIDDLES = (
    "The report for order {} is done and looks right",
    "Ticket {} has come back for the third time",
    "Nobody told me that booking {} was cancelled",
    "The test run {} went through without a single failure",
    "I cannot find invoice {} anywhere in the archive",
    "Your plan for step {} saved us a whole day",
    "The upload of file {} stopped half way",
    "We still need a decision about item {}",
    "Build {} is green, and the release can go out",
    "The customer of case {} shouted at me on the phone",
)
_ENDINGS = (
    "and I could not be happier.",
    "which makes me really angry.",
    "so please have a look when you can.",
    "and I am afraid that we lose the contract.",
    "what a lovely surprise!",
    "I will take it from here.",
    "this is disgusting, to be frank.",
    "and I feel bad about it.",
    "can you confirm that?",
    "I did not expect that.",
)


class Texts:
    """Texts by number, without end.

    Attributes:
        what: What they are, for the report.
    """

    def __init__(self, templates: Sequence[str], what: str, *, numbered: bool) -> None:
        """Make them of templates in turn; where they are `numbered`, `{}` in one stands for the text's number."""
        self._templates = templates
        self._numbered = numbered
        self.what = what

    def __getitem__(self, number: int) -> str:
        template = self._templates[number % len(self._templates)]
        return template.replace("{}", str(number)) if self._numbered else template


def made_texts() -> Texts:
    """Return what agents might write, each text once: the number of something is in it."""
    templates = [" ".join(parts) for parts in product(_OPENINGS, _MIDDLES, _ENDINGS)]
    Random(1).shuffle(templates)  # noqa: S311 - the same texts each time, and no secret
    return Texts(templates, "made texts, each once", numbered=True)


def texts_of_file(path: str) -> Texts:
    """Return the texts of a message file, as `emotag stream` reads one, over and over.

    Raises:
        InvalidArgumentError: It has none, or a line is none that can be sent; names the line.
        OSError: It cannot be read.
    """
    with Source(path) as source:
        texts = [_text(number, raw, path) for number, raw in enumerate(source, 1)]
    if not texts:
        raise InvalidArgumentError(f"--input {path}: is empty; give one JSON object with a text a line", field="input")
    return Texts(texts, f"{len(texts):,} of {path}, over and over", numbered=False)


def _text(number: int, raw: bytes, path: str) -> str:
    item = parse(number, raw, Fields()).item
    if isinstance(item, EmotionError):
        raise InvalidArgumentError(f"--input {path}, line {number}: {item}", field="input")
    text = item.text if isinstance(item, Message) else item
    if not isinstance(text, str):
        raise InvalidArgumentError(
            f"--input {path}, line {number}: text: must be a string, not {json.dumps(text)[:20]}", field="input"
        )
    return text
