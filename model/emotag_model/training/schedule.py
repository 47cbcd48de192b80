"""The learning rate over a run."""

from __future__ import annotations

import math

_WARM_UP = 0.2
_FLOOR = 0.01


def rate_share(step: int, steps: int) -> float:
    """Return the share of the peak rate at `step` of `steps`: straight up for a fifth, then down a cosine."""
    done = step / steps
    share = done / _WARM_UP if done < _WARM_UP else 0.5 * (1 + math.cos(math.pi * (done - _WARM_UP) / (1 - _WARM_UP)))
    return max(share, _FLOOR)
