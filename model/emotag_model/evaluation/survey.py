"""What a checkpoint says of messages that nobody labelled: for judging it far from its training data."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emotag_model.reader import load_reader
from emotag_model.text.errors import TextDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.labels import Taxonomy
    from emotag_model.reader import Reader
    from emotag_model.text.examples import Row

NEUTRAL, ALL = "neutral", "all files"


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


@dataclass(frozen=True, eq=False)
class _Tagged:
    """Readable messages and their scores [N, K], which were cut, and how many could not be read."""

    rows: list[Row]
    scores: NDArray[np.float32]
    truncated: list[bool]
    unreadable: int


def survey(checkpoint: Checkpoint, source: str, rows: Iterable[Row], *, taxonomy: str = "", top: int = 20) -> Survey:
    """Tag the messages of `source` and sum up; `top` is how many confident ones to keep per label.

    Raises LabelsError for a taxonomy that the checkpoint does not have, TextDataError when no message shows anything.
    """
    return survey_files(checkpoint, {source: rows}, taxonomy=taxonomy, top=top)[0]


def survey_files(
    checkpoint: Checkpoint, files: Mapping[str, Iterable[Row]], *, taxonomy: str = "", top: int = 20
) -> list[Survey]:
    """Return the survey of each file and, where there are several, of all; raises as `survey` does."""
    chosen, reader = checkpoint.labels.taxonomy(taxonomy), load_reader(checkpoint)
    tagged = {source: _tag(reader, chosen, source, rows) for source, rows in files.items()}
    if len(tagged) > 1:
        tagged[ALL] = _join(list(tagged.values()))
    return [_sum_up(source, chosen, each, top) for source, each in tagged.items()]


def _tag(reader: Reader, taxonomy: Taxonomy, source: str, rows: Iterable[Row]) -> _Tagged:
    rows = list(rows)
    reading = reader.read([row.text for row in rows])
    readable = np.flatnonzero(reading.lengths).tolist()
    if not readable:
        raise TextDataError(f"{source}: no message shows anything to read")
    return _Tagged(
        [rows[index] for index in readable],
        taxonomy.scores(reading.logits[readable]),
        reading.truncated[readable].tolist(),
        len(rows) - len(readable),
    )


def _join(parts: Sequence[_Tagged]) -> _Tagged:
    return _Tagged(
        [row for part in parts for row in part.rows],
        np.concatenate([part.scores for part in parts]),
        [cut for part in parts for cut in part.truncated],
        sum(part.unreadable for part in parts),
    )


def _sum_up(source: str, taxonomy: Taxonomy, tagged: _Tagged, top: int) -> Survey:
    columns = taxonomy.chosen(tagged.scores)
    scores = tagged.scores[np.arange(len(columns)), columns]
    return Survey(
        source=source,
        taxonomy=taxonomy.name,
        messages=len(columns),
        unreadable=tagged.unreadable,
        truncated=float(np.mean(tagged.truncated)),
        uncertain=float((scores < taxonomy.threshold_array[columns]).mean()),
        mean_score=float(scores.mean()),
        shares=_shares(taxonomy, columns),
        confident=_confident(taxonomy, tagged.rows, columns, scores, top),
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
