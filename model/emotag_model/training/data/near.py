"""When two texts are nearly the same: the same words, or half of all runs of three words in common."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from math import ceil
from typing import TYPE_CHECKING

from emotag_model.training.data.normal_form import normal_form

if TYPE_CHECKING:
    from collections.abc import Iterable

NEAR = 0.5  # share of the runs of either text (Jaccard similarity) from which two texts are near
_RUN = 3
_WORD = re.compile(r"\w+")


def runs(text: str) -> frozenset[tuple[str, ...]]:
    """Return every run of three words of a text, without regard to case and punctuation; all of it if it is shorter.

    A text without a word is one run of its own, so that only the same signs are near to it.
    """
    words = _WORD.findall(text.casefold()) or [normal_form(text)]
    return frozenset(tuple(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1)))


class NearTexts:
    """Texts, to be asked which of them another text is near to.

    Prefix filtering (Chaudhuri et al. 2006): sets of which half is shared meet in the rarer half of each, so that
    only texts that share a rare run are compared.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Hold `texts`."""
        self._runs = [runs(text) for text in texts]
        self._times = Counter(run for each in self._runs for run in each)
        self._places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, each in enumerate(self._runs):
            for run in self._rare(each):
                self._places[run].append(place)

    def find(self, text: str) -> int | None:
        """Return the place of the first text that `text` is near to, None where there is none."""
        own = runs(text)
        met = {place for run in self._rare(own) for place in self._places.get(run, ())}
        return next((place for place in sorted(met) if _similarity(own, self._runs[place]) >= NEAR), None)

    def _rare(self, own: frozenset[tuple[str, ...]]) -> list[tuple[str, ...]]:
        ordered = sorted(own, key=lambda run: (self._times[run], run))
        return ordered[: len(own) - ceil(len(own) * NEAR) + 1]


def _similarity(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
