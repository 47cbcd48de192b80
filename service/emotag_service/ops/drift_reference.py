"""The shares of labels that drift is measured against: those of a file that an operator kept, else the checkpoint's."""

from __future__ import annotations

import json
from math import isclose
from typing import TYPE_CHECKING, Any

from emotag_service.ops.errors import DriftReferenceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from emotag_model.labels import Taxonomy


class Reference:
    """Expected shares of labels by taxonomy."""

    def __init__(self, given: Mapping[str, Mapping[str, float]]) -> None:
        """Make it of shares by taxonomy and label; a taxonomy that is missing is expected as by the checkpoint."""
        self._given = given

    @classmethod
    def load(cls, path: Path | None) -> Reference:
        """Read what `/drift` has shown; nothing is given without a path.

        Raises:
            DriftReferenceError: It cannot be read, or is something else.
        """
        if path is None:
            return cls({})
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            given = {name: _shares(shown) for name, shown in content["taxonomies"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            why = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
            raise DriftReferenceError(
                f"--drift-reference {path}: is not what the operators' port shows under /drift ({why}); "
                "keep that page of an hour of usual messages"
            ) from error
        return cls({name: shares for name, shares in given.items() if shares})

    def shares(self, taxonomy: Taxonomy) -> Mapping[str, float] | None:
        """Return what is expected; None when nobody says, or the file has other labels."""
        given = self._given.get(taxonomy.name)
        if given is not None:
            return given if set(given) == set(taxonomy.labels) else None
        return dict(zip(taxonomy.labels, taxonomy.expected, strict=True)) if taxonomy.expected else None


def _shares(shown: Mapping[str, Any]) -> dict[str, float]:
    shares = {str(label): float(share) for label, share in shown["shares"].items()}
    if shares and not (min(shares.values()) >= 0 and isclose(sum(shares.values()), 1.0, abs_tol=1e-3)):
        raise ValueError("shares must be 0 or more and sum to 1")
    return shares
