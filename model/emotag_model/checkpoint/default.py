"""Where the checkpoint that ships with emotag lies."""

from __future__ import annotations

from pathlib import Path

_SHIPPED = Path(__file__).parents[1] / "checkpoints" / "emotag-base"


def default_checkpoint() -> Path:
    """Return the folder of the checkpoint that ships in the package."""
    return _SHIPPED
