"""The scores of a taxonomy computed by the native core."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emotag_model.labels.taxonomy import Taxonomy
from emotag_model.native.errors import LibraryMissingError
from emotag_model.native.library import address, load_library

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emotag_model.native.library import Library


class _Tables(NamedTuple):
    """The members of all labels, where each label's end, and the lines; and how the core is told of these very ones."""

    members: NDArray[np.int32]
    ends: NDArray[np.int32]
    lines: NDArray[np.float32]
    addresses: tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class NativeTaxonomy(Taxonomy):
    """The same taxonomy, with scores to 1e-6 as `Taxonomy` computes them.

    For one message a dozen calls of numpy cost as much as the whole network; this is one call.
    """

    library: Library

    def scores(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits [B, F] → calibrated probabilities [B, K], float32, in the order of `labels`."""
        logits = np.ascontiguousarray(logits, np.float32)
        count, outputs = logits.shape
        scores = np.empty((count, len(self.labels)), np.float32)
        tables = self._tables  # held until the call is over: another thread may put its own in their place
        self.library.attempt("emotag_scores", address(logits), count, outputs, *tables.addresses, address(scores))
        return scores

    @cached_property
    def _tables(self) -> _Tables:
        members = np.array([member for group in self.members for member in group], np.int32)
        ends = np.cumsum([len(group) for group in self.members], dtype=np.int32)
        lines = np.array([self.above, self.below, self.bias], np.float32)
        return _Tables(members, ends, lines, (address(members), address(ends), address(lines), len(self.labels)))


def native_taxonomy(taxonomy: Taxonomy) -> Taxonomy:
    """Return the taxonomy computed by the native core, or as it is where there is none."""
    try:
        library = load_library()
    except LibraryMissingError:
        return taxonomy
    return NativeTaxonomy(**{field.name: getattr(taxonomy, field.name) for field in fields(taxonomy)}, library=library)
