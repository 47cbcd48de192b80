"""Tags in Ray Data. Needs the extra `ray`.

tagged = dataset.map_batches(
    EmotionMapper, fn_constructor_kwargs={"text_field": "text"}, batch_format="pyarrow", concurrency=2
)
"""

from __future__ import annotations

from typing import Any

from emotag.bulk.arrow import tagged
from emotag.bulk.tagger import process_tagger


class EmotionMapper:
    """What `map_batches` makes one of in each of its actors: the model is loaded there, once.

    Every row of a batch comes back with its own columns and, behind them, `emotion_label`, `emotion_score`,
    `emotion_labels`, `emotion_uncertain` and `emotion_error`, with `scores` also `emotion_scores`. A text that can not
    be tagged has an error in its row.
    """

    def __init__(
        self, text_field: str = "text", taxonomy: str = "", *, scores: bool = False, checkpoint: str | None = None
    ) -> None:
        """Load the model; `checkpoint` is a folder that every machine has (default: the one that ships).

        Raises:
            EmotionError: The checkpoint or the taxonomy can not be used.
        """
        self._tagger = process_tagger(checkpoint)
        self._tagger.columns([], taxonomy=taxonomy)  # a bad name fails here, with its reason
        self._text_field, self._taxonomy, self._scores = text_field, taxonomy, scores

    def __call__(self, batch: Any) -> Any:
        """Tag a pyarrow.Table.

        Raises:
            InvalidArgumentError: It has no column of texts by that name.
        """
        return tagged(batch, self._text_field, self._tagger, taxonomy=self._taxonomy, scores=self._scores)[0]
