"""Tags texts with a checkpoint, in its default taxonomy, as the service would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.behaviour.cases import Tagged
from emotag_model.evaluation.metrics import tag_columns
from emotag_model.evaluation.predict import predict_logits
from emotag_model.text.vocabulary import UNKNOWN_ID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_model.checkpoint import Checkpoint


def tag_texts(checkpoint: Checkpoint, texts: Iterable[str]) -> dict[str, Tagged]:
    """Tag every text once; a text in which there is nothing to read is read as one unknown word."""
    distinct = list(dict.fromkeys(texts))
    taxonomy = checkpoint.labels.taxonomy()
    ids = [checkpoint.tokenizer.encode(text).ids or [UNKNOWN_ID] for text in distinct]
    scores = taxonomy.scores(predict_logits(checkpoint.network(), ids))
    columns = tag_columns(scores, taxonomy.threshold_array).tolist()
    rows = (dict(zip(taxonomy.labels, row, strict=True)) for row in scores.tolist())
    return {
        text: Tagged(taxonomy.labels[column], row) for text, column, row in zip(distinct, columns, rows, strict=True)
    }
