"""What a checkpoint says of messages that nobody labelled: for judging it far from its training data."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emotag_model.evaluation.metrics import tag_columns
from emotag_model.evaluation.predict import predict_logits
from emotag_model.text.errors import TextDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.labels import Taxonomy
    from emotag_model.text.examples import Row

NEUTRAL = "neutral"


@dataclass(frozen=True)
class Confident:
    """A message that a label was given to with a high score."""

    score: float
    text: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What the tags of some messages are like.

    Attributes:
        source: where the messages came from.
        taxonomy: the taxonomy they were tagged in.
        messages: how many were tagged.
        unreadable: how many show nothing (blanks, controls, zero-width characters) and were not.
        truncated: share of messages cut at the checkpoint's limit.
        uncertain: share of tags whose label does not reach its threshold.
        mean_score: of what tags carry.
        shares: per label, the share of tags that carry it.
        confident: per label but neutral, the distinct messages with the highest scores.
    """

    source: str
    taxonomy: str
    messages: int
    unreadable: int
    truncated: float
    uncertain: float
    mean_score: float
    shares: dict[str, float]
    confident: dict[str, list[Confident]]

    def to_dict(self) -> dict[str, Any]:
        """Return the survey in JSON's types."""
        return asdict(self)


def survey(checkpoint: Checkpoint, source: str, rows: Iterable[Row], *, taxonomy: str = "", top: int = 20) -> Survey:
    """Tag the messages of `source` and sum up; `top` is how many confident ones to keep per label.

    Raises LabelsError for a taxonomy that the checkpoint does not have, TextDataError when no message shows anything.
    """
    chosen = checkpoint.labels.taxonomy(taxonomy)
    rows = list(rows)
    encoded = [checkpoint.tokenizer.encode(row.text) for row in rows]
    readable = [index for index, each in enumerate(encoded) if each.ids]
    if not readable:
        raise TextDataError(f"{source}: no message shows anything to read")
    scores = chosen.scores(predict_logits(checkpoint.network(), [encoded[index].ids for index in readable]))
    columns = tag_columns(scores, chosen.threshold_array)
    tag_scores = scores[np.arange(len(scores)), columns]
    return Survey(
        source=source,
        taxonomy=chosen.name,
        messages=len(readable),
        unreadable=len(rows) - len(readable),
        truncated=float(np.mean([encoded[index].truncated for index in readable])),
        uncertain=float((tag_scores < chosen.threshold_array[columns]).mean()),
        mean_score=float(tag_scores.mean()),
        shares=_shares(chosen, columns),
        confident=_confident(chosen, [rows[index] for index in readable], columns, tag_scores, top),
    )


def _shares(taxonomy: Taxonomy, columns: NDArray[np.intp]) -> dict[str, float]:
    counts = Counter(columns.tolist())
    return {label: counts[k] / len(columns) for k, label in enumerate(taxonomy.labels)}


def _confident(
    taxonomy: Taxonomy, rows: Sequence[Row], columns: NDArray[np.intp], scores: NDArray[np.float32], top: int
) -> dict[str, list[Confident]]:
    found: dict[str, dict[str, Confident]] = {label: {} for label in taxonomy.labels if label != NEUTRAL}
    for index in np.argsort(-scores, kind="stable").tolist():
        mine = found.get(taxonomy.labels[columns[index]])
        if mine is not None and len(mine) < top:
            row = rows[index]
            mine.setdefault(row.text, Confident(float(scores[index]), row.text, row.place))
    return {label: list(mine.values()) for label, mine in found.items()}
