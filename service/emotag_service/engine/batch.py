"""A batch: what a replica computes at once, what becomes of it when a replica fails on it, and its tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_model.labels.verdict import token_shares, verdicts
from emotag_service.engine.errors import nothing_to_read
from emotag_service.engine.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.engine.caller import Entry
    from emotag_service.engine.model import Model
    from emotag_service.engine.options import Options
    from emotag_service.engine.predictors.protocol import Prediction


@dataclass(slots=True, eq=False)
class Batch:
    """What a replica computes at once.

    Attributes:
        entries: Its messages, at least one.
        failures: How many replicas have failed on it, or on a batch that it was cut from.
        avoid: The replica that last failed on it.
        bisecting: It is part of a batch that failed twice: the next failure is the messages', not the replica's.
        taken: Engine-clock seconds when a replica took it.
    """

    entries: list[Entry]
    failures: int = 0
    avoid: str = ""
    bisecting: bool = False
    taken: float = 0.0

    def again(self, error: BaseException, replica: str) -> list[Batch]:
        """Return what to compute instead after `replica` failed on it; nothing when its one message is beyond help.

        The first time it goes to another replica as it is. After the second it is cut in halves, and so on, until the
        message at fault stands alone. Running out of memory is the batch's size and not the replica's fault: it is cut
        at once and may stay where it was.
        """
        alone = len(self.entries) == 1
        if isinstance(error, MemoryError) and not alone:
            return self._halves(failures=self.failures, avoid="", bisecting=self.bisecting)
        if self.failures == 0:
            return [Batch(self.entries, failures=1, avoid=replica)]
        if alone:
            return []
        return self._halves(failures=self.failures + 1, avoid=replica, bisecting=True)

    def _halves(self, *, failures: int, avoid: str, bisecting: bool) -> list[Batch]:
        middle = len(self.entries) // 2
        parts = (self.entries[:middle], self.entries[middle:])
        return [Batch(part, failures=failures, avoid=avoid, bisecting=bisecting) for part in parts]


def label(batch: Batch, model: Model, prediction: Prediction, compute_seconds: float) -> list[Tag]:
    """Return the tags that a model gives the messages of a batch, in order; an error where there is nothing to read."""
    entries, lengths, cut = batch.entries, prediction.lengths.tolist(), prediction.truncated.tolist()
    tags = [
        Tag(
            entry.message_id,
            truncated=cut[row],
            queue_seconds=batch.taken - entry.admitted,
            compute_seconds=compute_seconds,
            error=None if lengths[row] else nothing_to_read(),
            model=model.identity,
        )
        for row, entry in enumerate(entries)
    ]
    for options, rows in _by_options([(row, entry) for row, entry in enumerate(entries) if lengths[row]]):
        _label(entries, tags, rows, prediction, model, options)
    return tags


def _label(
    entries: Sequence[Entry],
    tags: Sequence[Tag],
    rows: Sequence[int],
    prediction: Prediction,
    model: Model,
    options: Options,
) -> None:
    """Fill in the tags of those rows, which have the same options."""
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
