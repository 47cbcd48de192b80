"""A model as the engine serves it, in one bundle that work refers to: several may live side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_model.checkpoint import Identity
    from emotag_model.labels import Taxonomy
    from emotag_service.engine.predictors.protocol import Predictor, TextEncoder


@dataclass(frozen=True, slots=True)
class ReplicaPlan:
    """How to build one replica.

    Attributes:
        name: Of the device, unique among those of a model, such as "cpu:0".
        build: Makes the predictor; called on the replica's thread, again after failures.
    """

    name: str
    build: Callable[[], Predictor]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What makes tags.

    Attributes:
        identity: The checkpoint that it was loaded from; every tag names it.
        taxonomies: What its tags can be expressed in, the default first.
        encoder: Says how much of a text is read, and in which tokens it is explained.
        replicas: What computes it.
        computes: The same for people, such as "native avx512"; empty where nobody said.
        instant: Makes a predictor that is quick enough for the event loop; None where none is.
    """

    identity: Identity
    taxonomies: tuple[Taxonomy, ...]
    encoder: TextEncoder
    replicas: tuple[ReplicaPlan, ...]
    computes: str = ""
    instant: Callable[[], Predictor] | None = None

    def taxonomy(self, name: str) -> Taxonomy:
        """Return one by its name. Raises KeyError."""
        for taxonomy in self.taxonomies:
            if taxonomy.name == name:
                return taxonomy
        raise KeyError(name)
