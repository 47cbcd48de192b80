"""How a caller wants its tags."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """How a caller wants its tags; the same for every message of a job.

    Attributes:
        taxonomy: Name of a taxonomy of the checkpoint; empty means its default.
        all_scores: Put every score of the taxonomy into the tag.
        top_k: At most this many labels; 0 means all that pass their threshold.
        explain: Put the share of evidence of every token into the tag.
    """

    taxonomy: str = ""
    all_scores: bool = False
    top_k: int = 0
    explain: bool = False
