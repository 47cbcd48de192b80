"""How many tokens of a text say nothing to the model."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

from emotag_model.text import UNKNOWN_ID, Tokenizer

SETS = {
    "GoEmotions dev": "text/goemotions/dev.jsonl.gz",
    "dair-ai val": "text/dair_emotion/val.jsonl.gz",
    "MELD dev": "text/meld/dev.jsonl.gz",
    "agents": "streams/*.jsonl.gz",
}
_EVERY = 4  # of the agents' messages, which are long and repeat themselves


def read_sets(folder: Path) -> dict[str, list[str]]:
    """Return the texts of every set; none for one that is not at hand."""
    sets = {
        name: [text for path in sorted(folder.glob(place)) for text in _texts(path)] for name, place in SETS.items()
    }
    return sets | {"agents": sets["agents"][::_EVERY]}


def unknown_rate(tokenizer: Tokenizer, texts: Iterable[str]) -> float | None:
    """Return the share of tokens that are unknown; None if there are no tokens."""
    ids = [row for text in texts for row in tokenizer.encode(text).ids]
    return sum(row == UNKNOWN_ID for row in ids) / len(ids) if ids else None


def _texts(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]
