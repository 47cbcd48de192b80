"""Tags texts with a checkpoint, as the service would, in the taxonomy that the suite judges by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.behaviour.cases import Tagged
from emotag_model.behaviour.errors import SuiteError
from emotag_model.labels import BASIC, EKMAN
from emotag_model.reader import load_reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.labels import Labels, Taxonomy

JUDGED = (BASIC, EKMAN)
"""Taxonomies of the seven labels that cases expect, the one that means what they mean by them first."""


def judged(labels: Labels) -> Taxonomy:
    """Return the first of `JUDGED` that there is. Raises SuiteError where there is none."""
    for name in JUDGED:
        if name in labels.taxonomies:
            return labels.taxonomies[name]
    raise SuiteError(f"the suite judges by {' or '.join(JUDGED)}; this checkpoint has {', '.join(labels.taxonomies)}")


def tag_texts(checkpoint: Checkpoint, texts: Iterable[str]) -> dict[str, Tagged]:
    """Tag every text once. Raises SuiteError as `judged` does, and for a text in which there is nothing to read."""
    distinct = list(dict.fromkeys(texts))
    taxonomy = judged(checkpoint.labels)
    reading = load_reader(checkpoint).read(distinct)
    if not reading.lengths.all():
        raise SuiteError(f"a case shows nothing to read: {distinct[int(reading.lengths.argmin())]!r}; give it a word")
    scores = taxonomy.scores(reading.logits)
    columns = taxonomy.chosen(scores).tolist()
    rows = (dict(zip(taxonomy.labels, row, strict=True)) for row in scores.tolist())
    return {
        text: Tagged(taxonomy.labels[column], row) for text, column, row in zip(distinct, columns, rows, strict=True)
    }
