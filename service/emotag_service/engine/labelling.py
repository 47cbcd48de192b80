"""Logits to tags, a whole batch at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.labels.verdict import token_shares, verdicts
from emotag_service.engine.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.labels import Taxonomy
    from emotag_service.engine.admission import TextEncoder
    from emotag_service.engine.batch import Batch
    from emotag_service.engine.entry import Entry
    from emotag_service.engine.options import Options
    from emotag_service.engine.predictors.protocol import Prediction


class Tagger:
    """Expresses predictions in the taxonomies that callers asked for. Stateless: any thread may use it."""

    def __init__(self, taxonomies: Mapping[str, Taxonomy], tokenizer: TextEncoder) -> None:
        self._taxonomies = taxonomies
        self._tokenizer = tokenizer

    def tags(self, batch: Batch, prediction: Prediction, compute_seconds: float) -> list[Tag]:
        """Return the tag of every message of the batch, in its order."""
        tags = [
            Tag(
                entry.message_id,
                truncated=entry.truncated,
                queue_seconds=batch.taken - entry.admitted,
                compute_seconds=compute_seconds,
            )
            for entry in batch.entries
        ]
        for options, rows in _by_options(batch.entries):
            logits = prediction.logits if len(rows) == len(tags) else prediction.logits[rows]
            self._label([tags[row] for row in rows], logits, options)
            if options.explain:
                self._explain(batch.entries, tags, rows, prediction)
        return tags

    def _label(self, tags: Sequence[Tag], logits: NDArray[np.float32], options: Options) -> None:
        taxonomy = self._taxonomies[options.taxonomy]
        scores = taxonomy.scores(logits)  # [B, K]
        for row, (tag, said) in enumerate(zip(tags, verdicts(taxonomy, scores, options.top_k), strict=True)):
            tag.label, tag.score, tag.labels, tag.uncertain = said
            if options.all_scores:
                tag.scores = scores[row].copy()  # a view would keep the whole batch's alive

    def _explain(
        self, entries: Sequence[Entry], tags: Sequence[Tag], rows: Sequence[int], prediction: Prediction
    ) -> None:
        if prediction.evidence is None:
            raise ValueError("the predictor was asked for evidence and gave none")
        for row in rows:
            taxonomy = self._taxonomies[entries[row].job.options.taxonomy]
            tokens, evidence = self._tokenizer.tokens(entries[row].text), prediction.evidence[row]
            tags[row].token_weights = token_shares(
                taxonomy, tags[row].label, tokens, prediction.logits[row], evidence[: len(entries[row].ids)]
            )


def _by_options(entries: Sequence[Entry]) -> list[tuple[Options, list[int]]]:
    """Group rows by options; `Engine.check_options` gives equal options one identity, which is cheap to compare."""
    groups: dict[int, tuple[Options, list[int]]] = {}
    for row, entry in enumerate(entries):
        options = entry.job.options
        group = groups.get(id(options))
        if group is None:
            groups[id(options)] = group = (options, [])
        group[1].append(row)
    return list(groups.values())
