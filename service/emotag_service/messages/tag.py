"""A tag as it is written into messages and records, in the terms of W3C EmotionML, and what it is rendered by."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

# ASCII, so that it can be spliced into a document of any encoding.
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Status(StrEnum):
    """What became of a message."""

    OK = "OK"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"


class ModelName(NamedTuple):
    """Which model made a tag.

    Attributes:
        name: Of the checkpoint.
        version: Of the checkpoint.
        digest: SHA-256 of its files, hexadecimal.
    """

    name: str
    version: str
    digest: str

    def __str__(self) -> str:
        return f"{self.name}/{self.version}@{self.digest[:12]}"


class MessageTag(NamedTuple):
    """What a message was tagged with, in the terms of W3C EmotionML.

    Attributes:
        label: The category; when `uncertain` the highest-scoring one, in `basic` neutral.
        score: Its confidence: a calibrated probability in [0, 1].
        labels: Every category that passes its threshold, highest first, but neutral of `basic` last.
        categories: Every category of the taxonomy, in its order.
        scores: The confidence of each of them.
        taxonomy: The category set.
        model: What made it.
        tagged_at: Seconds since the epoch.
        uncertain: No category passes its threshold.
        truncated: The model read only the beginning.
    """

    label: str
    score: float
    labels: tuple[str, ...]
    categories: tuple[str, ...]
    scores: tuple[float, ...]
    taxonomy: str
    model: ModelName
    tagged_at: float
    uncertain: bool = False
    truncated: bool = False

    def document(self) -> dict[str, Any]:
        """The one object that is written everywhere: a JSON field, A2A metadata, a CloudEvents extension."""
        return {
            "status": Status.OK.value,
            "category": self.label,
            "confidence": _rounded(self.score),
            "labels": list(self.labels),
            "categories": [
                {"name": name, "confidence": _rounded(score)}
                for name, score in zip(self.categories, self.scores, strict=True)
            ],
            "category-set": self.taxonomy,
            "uncertain": self.uncertain,
            "truncated": self.truncated,
            "model": {"name": self.model.name, "version": self.model.version, "digest": self.model.digest},
            "tagged-at": datetime.fromtimestamp(self.tagged_at, UTC).isoformat(timespec="milliseconds"),
        }


def _rounded(score: float) -> float:
    return round(float(score), 6)


def tag_json(tag: MessageTag) -> str:
    """Render `tag.document()`. Raises ValueError for a score that is not a finite number."""
    return tag_bytes(tag).decode("ascii")


def tag_bytes(tag: MessageTag) -> bytes:
    """Render the same for a document in UTF-8 and the like, several times faster, since most of it repeats."""
    label, score, labels, categories, scores, taxonomy, model, tagged_at, uncertain, truncated = tag
    if not math.isfinite(sum(scores, score)):
        raise ValueError("a score is not a finite number")
    form = _form(label, labels, categories, taxonomy, model, uncertain, truncated)
    return form % (score, *scores, _time(tagged_at))


def label_json(tag: MessageTag) -> str:
    """Render the label as a JSON string."""
    return _text(tag.label)


def score_text(tag: MessageTag) -> str:
    """Spell the score as headers and attributes do: six decimals."""
    return f"{tag.score:.6f}"


def score_json(tag: MessageTag) -> str:
    """Render the score as a JSON string: CloudEvents attributes have no type for fractions."""
    return f'"{tag.score:.6f}"'


def nothing(_: MessageTag) -> str:
    """Render nothing: for edits whose text does not depend on the tag."""
    return ""


@lru_cache(maxsize=1024)
def _text(text: str) -> str:
    return _encode(text)


@lru_cache(maxsize=4096)
def _form(
    label: str,
    labels: tuple[str, ...],
    categories: tuple[str, ...],
    taxonomy: str,
    model: ModelName,
    uncertain: bool,
    truncated: bool,
) -> bytes:
    """What tags of the same labels share, with a place for each score and, last, for the time.

    %.6f rounds as round(score, 6) does, and reads back as the same number.
    """
    entries = ",".join(f'{{"name":{_fixed(name)},"confidence":%.6f}}' for name in categories)
    form = (
        f'{{"status":"OK","category":{_fixed(label)},"confidence":%.6f,"labels":{_fixed(labels)}'
        f',"categories":[{entries}],"category-set":{_fixed(taxonomy)}'
        f',"uncertain":{_fixed(uncertain)},"truncated":{_fixed(truncated)}'
        f',"model":{_fixed(model._asdict())},"tagged-at":"%b"}}'
    )
    return form.encode("ascii")


def _fixed(value: object) -> str:
    return _encode(value).replace("%", "%%")


@lru_cache(maxsize=1024)
def _time(seconds: float) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").encode("ascii")
