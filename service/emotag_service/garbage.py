"""Keeps Python's cycle collector from looking, over and over, through what it will not find any cycle in."""

from __future__ import annotations

import gc

# Containers made and not freed since the last look at the young ones. Records on their way are a hundred thousand of
# them and hold no cycles, so that reference counts free them; at the default of 700 they cost a fifth of the CPU time.
_YOUNG = 100_000


def settle() -> None:
    """Call it once a process has loaded what it keeps: that is never looked at again, and the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
