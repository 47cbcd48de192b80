"""The messages that every way in is given, long ones among them, and whether what comes back is what the engine says in process."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest

from emotag.local import EmotionTagger
from emotag.tag import Tag

SHARED = Path(os.environ.get("EMOTAG_SHARED") or Path(__file__).parents[1].parent / "shared")
TAXONOMY, CLOSE = "goemotions", 1e-5

_WHO = ("The planner", "I", "Nobody", "Our reviewer", "The whole team")
_FEELS = (
    "is so happy that the build is green again!",
    "can't believe that the table was dropped 😱",
    "moved the meeting to three o'clock.",
    "is furious about this, it is the third outage",
    "hopes it will not rain on launch day…",
    "said thank you, and meant it",
    "wrote `def main(): return 0` and left",
    "finds this disgusting",
)
_WHERE = ("", " in staging", " on the second runner", " – sagte 田中", " at last, AT LAST")
_MOST_BYTES = 65_536  # of a text; what is longer has an error in the place of a tag
_BYTES = (1_000, 5_000, 20_000, _MOST_BYTES)  # of long ones that are written for this

_LONG = 900  # characters from which on a recorded one counts as long
_SHORT_ONES, _LONG_ONES, _LONGEST = 950, 40, 10
_AT_ONCE, _BODY_BYTES = 250, 200_000  # messages, and bytes of JSON, of one request: the HTTP front takes 256 KiB


def written() -> list[str]:
    """Two hundred messages written for this, and long ones, up to the last byte that a text may have."""
    short = [f"{who} {feels}{where}" for who, feels, where in product(_WHO, _FEELS, _WHERE)]
    said = [f"{who} {feels}\n" for who, feels in zip(_WHO, _FEELS, strict=False)]
    return short + [_filled(line, size) for line, size in product(said, _BYTES)]


def _filled(line: str, size: int) -> str:
    whole = line * (size // len(line.encode()))
    return whole + "." * (size - len(whole.encode()))


def recorded() -> list[str]:
    """A thousand that agents did send, 50 of them long; skips where there are none."""
    if not _streams():
        pytest.skip(f"no recorded streams under {SHARED}; name the folder by EMOTAG_SHARED")
    said: dict[str, None] = {}
    for path in _streams():
        with gzip.open(path) as lines:
            said |= dict.fromkeys(json.loads(line)["text"] for line in lines)
    fit = [text for text in said if text.strip() and len(text.encode()) <= _MOST_BYTES]
    long = sorted((text for text in fit if len(text) >= _LONG), key=len)
    chosen = spread([text for text in fit if len(text) < _LONG], _SHORT_ONES)
    return chosen + spread(long[:-_LONGEST], _LONG_ONES) + long[-_LONGEST:]


def _streams() -> list[Path]:
    return sorted((SHARED / "data" / "streams").glob("*.jsonl.gz"))


KINDS = {"written": written, "real": recorded}


def at_hand() -> list[str]:
    """Recorded ones where they are to be had, else those written: for what is too dear to be asked twice."""
    return recorded() if _streams() else written()


def spread(texts: list[str], count: int) -> list[str]:
    """So many of them, from beginning to end."""
    return [texts[number * len(texts) // count] for number in range(count)]


def truth_of(texts: list[str]) -> list[Tag]:
    """What the engine says of them in this process."""
    return EmotionTagger().tag(texts, taxonomy=TAXONOMY, scores=True)


def same(found: Sequence[Mapping[str, float]], truth: Sequence[Tag], labels: Sequence[str] | None = None) -> None:
    """Hold scores, and labels where a way says them beside the scores, against the truth."""
    assert len(found) == len(truth)
    for mine, tag in zip(found, truth, strict=True):
        true = tag.scores
        assert true is not None, tag.error
        assert mine.keys() == true.keys()
        assert max(mine, key=mine.__getitem__) == max(true, key=true.__getitem__)
        assert max(abs(mine[label] - true[label]) for label in true) <= CLOSE
    if labels is not None:
        assert list(labels) == [tag.label for tag in truth]


def chunks(texts: Sequence[str]) -> list[list[str]]:
    """The texts in parts that one request may have."""
    parts: list[list[str]] = [[]]
    size = 0
    for text in texts:
        more = len(json.dumps({"text": text}))
        if parts[-1] and (len(parts[-1]) == _AT_ONCE or size + more > _BODY_BYTES):
            parts.append([])
            size = 0
        parts[-1].append(text)
        size += more
    return parts
