"""The tagger of this process: loaded once, whatever hands out the work."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag.local import EmotionTagger


@cache
def process_tagger(checkpoint: str | None) -> EmotionTagger:
    """Return the tagger of a checkpoint, or for None of the one that ships.

    It is loaded at the first call in a process; one that was forked after it has it already.

    Functions that are sent to workers hold the checkpoint's path and call this, so that no model is pickled.

    Raises:
        ModuleNotFoundError: The extra `local` is not installed.
        EmotionError: The checkpoint can not be used.
    """
    from emotag.local import EmotionTagger  # noqa: PLC0415 - drivers that only name the function need no model

    return EmotionTagger(checkpoint)
