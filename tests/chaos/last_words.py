"""What a process said of errors before it ended: its log goes with the run, and an exit code alone explains nothing."""

from __future__ import annotations

import json
from pathlib import Path

LONGEST = 2000
_BAD = {"error", "critical"}


def last_words(log: Path, since: int) -> str:
    """Return the last event of an error and the last line that is no event, of what a log says from a byte on.

    Where there is neither, it is the last line, whatever it says.
    """
    lines = [line for line in _read(log, since).splitlines() if line.strip()]
    events = [line for line in lines if line.startswith("{")]
    errors = [line for line in events if _is_error(line)]
    others = [line for line in lines if not line.startswith("{")]
    return " | ".join(line.strip()[-LONGEST:] for line in (errors[-1:] + others[-1:] or lines[-1:]))


def _read(log: Path, since: int) -> str:
    with log.open("rb") as file:
        file.seek(since)
        return file.read().decode(errors="replace")


def _is_error(line: str) -> bool:
    try:
        return json.loads(line).get("level") in _BAD
    except ValueError:  # cut off where the process was killed
        return False
