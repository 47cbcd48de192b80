"""What an engine answers with, and within which limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag_model.checkpoint import Identity
    from emotag_model.labels import Taxonomy
    from emotag_service.engine.limits import EngineLimits


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine answers with.

    Attributes:
        model: The checkpoint that makes the tags.
        taxonomies: What tags can be expressed in, the default first.
        limits: The bounds in force.
        computes: What computes the tags, for people, such as "native avx512"; empty where nobody said.
    """

    model: Identity
    taxonomies: tuple[Taxonomy, ...]
    limits: EngineLimits
    computes: str = ""
