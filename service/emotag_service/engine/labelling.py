"""Logits to tags, a whole batch at once, on the replica's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.labels.verdict import token_shares, verdicts
from emotag_service.engine.checks import nothing_to_read
from emotag_service.engine.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.engine.batch import Batch
    from emotag_service.engine.entry import Entry
    from emotag_service.engine.options import Options
    from emotag_service.engine.predictors.protocol import Prediction


def label(batch: Batch, prediction: Prediction, compute_seconds: float) -> list[Tag]:
    """Return the tag of every message of the batch, in its order; an error for a text that has nothing to read."""
    entries, lengths, cut = batch.entries, prediction.lengths.tolist(), prediction.truncated.tolist()
    tags = [
        Tag(
            entry.message_id,
            truncated=cut[row],
            queue_seconds=batch.taken - entry.admitted,
            compute_seconds=compute_seconds,
            error=None if lengths[row] else nothing_to_read(),
            model=entry.job.model.identity,
        )
        for row, entry in enumerate(entries)
    ]
    for options, rows in _by_options([(row, entry) for row, entry in enumerate(entries) if lengths[row]]):
        _label(entries, tags, rows, prediction, options)
    return tags


def _label(
    entries: Sequence[Entry], tags: Sequence[Tag], rows: Sequence[int], prediction: Prediction, options: Options
) -> None:
    """Fill in the tags of those rows, which have the same options."""
    model = entries[rows[0]].job.model
    taxonomy = model.taxonomy(options.taxonomy)
    logits = prediction.logits if len(rows) == len(tags) else prediction.logits[rows]
    scores = taxonomy.scores(logits)  # [B, K]
    for place, (row, said) in enumerate(zip(rows, verdicts(taxonomy, scores, options.top_k), strict=True)):
        tag = tags[row]
        tag.label, tag.score, tag.labels, tag.uncertain = said
        if options.all_scores:
            tag.scores = scores[place].copy()  # a view would keep the whole batch's alive
        if options.explain:
            if prediction.evidence is None:
                raise ValueError("the predictor was asked for evidence and gave none")
            words = model.encoder.tokens(entries[row].text)
            tag.token_weights = token_shares(taxonomy, tag.label, words, logits[place], prediction.evidence[row])


def _by_options(entries: Sequence[tuple[int, Entry]]) -> list[tuple[Options, list[int]]]:
    """Group rows by options; `OptionsResolver` gives equal options one identity, which is cheap to compare."""
    groups: dict[int, tuple[Options, list[int]]] = {}
    for row, entry in entries:
        options = entry.job.options
        group = groups.get(id(options))
        if group is None:
            groups[id(options)] = group = (options, [])
        group[1].append(row)
    return list(groups.values())
