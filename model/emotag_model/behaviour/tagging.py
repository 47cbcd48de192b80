"""Tags texts with a checkpoint, as the service would, in the taxonomy that the suite judges by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.behaviour.cases import Tagged
from emotag_model.behaviour.errors import SuiteError
from emotag_model.evaluation.metrics import tag_columns
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import BASIC, EKMAN
from emotag_model.text.vocabulary import UNKNOWN_ID

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
    """Tag every text once; a text in which there is nothing to read is read as one unknown word.

    Raises SuiteError as `judged` does.
    """
    distinct = list(dict.fromkeys(texts))
    taxonomy = judged(checkpoint.labels)
    ids = [checkpoint.tokenizer.encode(text).ids or [UNKNOWN_ID] for text in distinct]
    scores = taxonomy.scores(predict_logits(checkpoint.network(), ids))
    columns = tag_columns(scores, taxonomy.threshold_array).tolist()
    rows = (dict(zip(taxonomy.labels, row, strict=True)) for row in scores.tolist())
    return {
        text: Tagged(taxonomy.labels[column], row) for text, column, row in zip(distinct, columns, rows, strict=True)
    }
