"""Under what terms a data set may be used, and whether a checkpoint trained on it may ship."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """Terms of use.

    Attributes:
        spdx: Identifier of the SPDX list; None where the terms are in none of its licences.
        may_ship: Whether redistribution and commercial use are both allowed.
        terms: What is known where there is no identifier, or where it does not say all.
    """

    spdx: str | None
    may_ship: bool
    terms: str = ""

    def __str__(self) -> str:
        return self.spdx or self.terms


MIT = Licence("MIT", may_ship=True)
APACHE = Licence("Apache-2.0", may_ship=True)
CC_BY = Licence("CC-BY-4.0", may_ship=True)
CC_BY_SA = Licence("CC-BY-SA-4.0", may_ship=True)
CC_BY_NC = Licence("CC-BY-NC-4.0", may_ship=False)
CC_BY_NC_SA = Licence("CC-BY-NC-SA-4.0", may_ship=False)
CDLA_SHARING = Licence("CDLA-Sharing-1.0", may_ship=True)


def restricted(terms: str) -> Licence:
    """Return terms that are unknown or no licence, which is reason enough not to ship."""
    return Licence(None, may_ship=False, terms=terms)
