"""How a caller wants its tags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emotag_service.engine.errors import InvalidOptionsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.labels import Taxonomy


_MOST_QUOTED = 64  # characters: a status says them twice, and gRPC's clients take 8 KB of one


@dataclass(frozen=True, slots=True)
class Options:
    """How a caller wants its tags; the same for every message of a job.

    Attributes:
        taxonomy: Name of a taxonomy of the checkpoint; empty means its default.
        all_scores: Put every score of the taxonomy into the tag.
        top_k: At most this many labels; 0 means all that pass their threshold.
        explain: Put the share of evidence of every token into the tag.
        bulk: Nobody waits for the tags: messages that somebody waits for go before.
    """

    taxonomy: str = ""
    all_scores: bool = False
    top_k: int = 0
    explain: bool = False
    bulk: bool = False


class OptionsResolver:
    """Checks options and fills defaults in. Equal options come out as one object, which batches are grouped by."""

    def __init__(self, taxonomies: Sequence[Taxonomy]) -> None:
        """Make one; the first taxonomy is the default."""
        if not taxonomies:
            raise ValueError("taxonomies: is empty; an engine needs at least one")
        self._label_counts = {taxonomy.name: len(taxonomy.labels) for taxonomy in taxonomies}
        self._default = taxonomies[0].name
        self._known: dict[Options, Options] = {}

    def resolve(self, options: Options) -> Options:
        """Return the one object for these options. Raises InvalidOptionsError naming the field."""
        try:
            resolved = self._known.get(options)
        except TypeError:  # a field that cannot be hashed is of no type that a field may have
            resolved = None
        return self._resolve(options) if resolved is None else resolved

    def _resolve(self, options: Options) -> Options:
        if not isinstance(options, Options):
            raise InvalidOptionsError("options", f"is a {type(options).__name__}; give an engine Options")
        taxonomy = options.taxonomy or self._default
        if not isinstance(taxonomy, str) or taxonomy not in self._label_counts:
            known = ", ".join(self._label_counts)
            raise InvalidOptionsError(
                "taxonomy", f"is {_quoted(taxonomy)}, which this model does not have; choose among {known}"
            )
        if not isinstance(options.top_k, int) or options.top_k < 0:
            raise InvalidOptionsError("top_k", f"is {options.top_k!r}; give a whole number from 0, which means all")
        # As many as there are labels means all, too: so there are only so many different options to remember.
        top_k = options.top_k if options.top_k < self._label_counts[taxonomy] else 0
        plain = Options(taxonomy, bool(options.all_scores), top_k, bool(options.explain), bool(options.bulk))
        resolved = self._known.setdefault(plain, plain)
        if replace(options, taxonomy=taxonomy) == plain:  # else there would be no end of what to remember
            self._known[options] = resolved
        return resolved


def _quoted(taxonomy: object) -> str:
    """The name that a caller gave, or how it begins."""
    if isinstance(taxonomy, str) and len(taxonomy) > _MOST_QUOTED:
        return f"{taxonomy[:_MOST_QUOTED]!r} and so on, {len(taxonomy):,} characters"
    return repr(taxonomy)
