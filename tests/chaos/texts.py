"""What agents say in the records that are fed: recorded conversations where they are to be had, else written ones."""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path

from tests.e2e.talk import talk

SHARED = Path(os.environ.get("EMOTAG_SHARED") or Path(__file__).parents[2].parent / "shared")
STREAMS = SHARED / "data" / "streams"


@cache
def texts(*, written: bool = False, longest: int = 0) -> tuple[str, ...]:
    """Return every text once, in a fixed order.

    Args:
        written: Leave the recorded ones out.
        longest: Leave out what has more characters; 0 is no limit.
    """
    paths = [] if written else sorted(STREAMS.glob("*.jsonl.gz"))
    found = [text for path in paths for text in _recorded(path)] or [one["text"] for one in talk(400)]
    return tuple(dict.fromkeys(text for text in found if len(text) <= (longest or len(text))))


def _recorded(path: Path) -> list[str]:
    with gzip.open(path) as lines:
        return [json.loads(line)["text"] for line in lines]
