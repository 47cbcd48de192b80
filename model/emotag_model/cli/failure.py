"""How a command says that it failed."""

from __future__ import annotations

import sys

USAGE, FAILURE, INTERRUPTED = 2, 1, 130
"""Exit codes: the input is wrong; the work failed; Ctrl-C."""


def fail(command: str, error: object, code: int) -> int:
    """Print `emotag <command>: error: …` on stderr and return the exit code."""
    print(f"emotag {command}: error: {error}", file=sys.stderr)
    return code
