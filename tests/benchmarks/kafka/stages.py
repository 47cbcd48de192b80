"""Where the tagger's time goes: the figures of a profiler, summed by what the code is for."""

from __future__ import annotations

import pstats
from collections import Counter
from pathlib import Path
from typing import Any

# The first that a file's path contains is its stage; what is in none is "everything else".
STAGES = (
    ("aiokafka/consumer", "consume"),
    ("kafka/cluster/consumers", "consume"),
    ("kafka/tagging/feed", "consume"),
    ("kafka/records/record.py", "records and their sizes"),
    ("kafka/records/rewriter", "decide and head"),
    ("kafka/records/headers", "decide and head"),
    ("kafka/records/policy", "decide and head"),
    ("kafka/records/routes", "decide and head"),
    ("emotag_service/messages/tag", "encode the tag"),
    ("kafka/records/codec.py", "encode the tag"),
    ("kafka/records", "decode"),
    ("emotag_service/messages", "decode"),
    ("aiokafka/producer", "send and commit"),
    ("kafka/cluster", "send and commit"),
    ("kafka/tagging/writers", "send and commit"),
    ("kafka/tagging", "lanes"),
    ("benchmarks/kafka/instant", "engine"),
    ("aiokafka", "wire"),
    ("asyncio", "event loop"),
)
WAITING = ("select.epoll", "select.poll")


def stages(figures: Path) -> dict[str, float]:
    """Share of each stage in the time that the process was at work; they sum to 1.

    What C does (parsing, joining, sockets) counts for the Python function that called it. A profiler makes calls dearer
    than they are, so that many small functions look worse than one large one.
    """
    seconds: Counter[str] = Counter()
    profile: dict[Any, Any] = pstats.Stats(str(figures)).stats  # type: ignore[attr-defined]
    for (file, _, name), (_, _, own, _, callers) in profile.items():
        if any(word in name for word in WAITING):
            continue
        if file != "~":
            seconds[_stage(file)] += own
        for (caller, _, _), (_, _, own_there, _) in callers.items() if file == "~" else ():
            seconds[_stage(caller)] += own_there
    total = sum(seconds.values())
    return {stage: spent / total for stage, spent in seconds.most_common()}


def _stage(file: str) -> str:
    return next((stage for part, stage in STAGES if part in file), "everything else")
