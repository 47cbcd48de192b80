"""What the engine, asked in this process, says of the texts that were fed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_service.engine.engine import Engine
from emotag_service.engine.message import Message
from emotag_service.engine.tag import Tag

AT_ONCE = 256


class Expected(NamedTuple):
    """A tag, or why there is none."""

    label: str
    score: float
    error: str = ""


class Truth:
    """Asks the engine once for each distinct text."""

    def __init__(self) -> None:
        self._known: dict[str, Expected] = {}

    def of(self, texts: Iterable[str]) -> dict[str, Expected]:
        """Return what is expected for these texts, among others."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(asyncio.run(_ask(new)))
        return self._known


async def _ask(texts: list[str]) -> dict[str, Expected]:
    engine = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()), devices="cpu")
    await engine.start()
    try:
        # Not in the order that they were fed in: batches have other neighbours than the tagger's.
        ordered = sorted(texts)
        parts = [await engine.classify([Message(text) for text in part]) for part in _parts(ordered)]
        return dict(zip(ordered, (_expected(tag) for part in parts for tag in part), strict=True))
    finally:
        await engine.close()


def _expected(tag: Tag) -> Expected:
    return Expected(tag.label, tag.score, type(tag.error).__name__ if tag.error else "")


def _parts(texts: list[str]) -> Iterable[list[str]]:
    return [texts[first : first + AT_ONCE] for first in range(0, len(texts), AT_ONCE)]
