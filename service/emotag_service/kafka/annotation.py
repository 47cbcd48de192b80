"""An annotation: what is written about a message, and the fault that stands in its place when there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Status(StrEnum):
    """What happened to a record."""

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


class Annotation(NamedTuple):
    """What a message was tagged with, in the terms of W3C EmotionML.

    Attributes:
        label: The category; the highest-scoring one when `uncertain`.
        score: Its confidence: a calibrated probability in [0, 1].
        labels: Every category that passes its threshold, highest first.
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


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record has no annotation.

    Attributes:
        reason: Stable, upper-case identifier for programs, such as "NOT_JSON".
        detail: For people; never quotes the message.
    """

    reason: str
    detail: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


class UntaggableError(Exception):
    """A record cannot be tagged; carries the fault.

    Attributes:
        fault: Why.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.fault = Fault(reason, detail)
        super().__init__(str(self.fault))


def _rounded(score: float) -> float:
    return round(float(score), 6)
