"""An annotation as JSON: what `Annotation.document()` says, several times faster, since most of it repeats."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag_service.kafka.annotation import Annotation, ModelName

# ASCII, so that it can be spliced into a document of any encoding.
_encode = json.JSONEncoder(separators=(",", ":")).encode


def annotation_json(annotation: Annotation) -> str:
    """Render `annotation.document()`. Raises ValueError for a score that is not a finite number."""
    names, scores = zip(*annotation.scores, strict=True) if annotation.scores else ((), ())
    if not math.isfinite(sum(scores, annotation.score)):
        raise ValueError("a score is not a finite number")
    return (
        f'{{"status":"OK","category":{_text(annotation.label)},"confidence":{annotation.score:.6f}'
        f',"labels":{_list(annotation.labels)}'
        f',"categories":{_categories(names) % scores}'
        f',"category-set":{_text(annotation.taxonomy)}'
        f',"uncertain":{_bool(annotation.uncertain)},"truncated":{_bool(annotation.truncated)}'
        f',"model":{_model(annotation.model)},"tagged-at":"{_time(annotation.tagged_at)}"}}'
    )


def label_json(annotation: Annotation) -> str:
    """Render the label as a JSON string."""
    return _text(annotation.label)


def score_text(annotation: Annotation) -> str:
    """Spell the score as headers and attributes do: six decimals."""
    return f"{annotation.score:.6f}"


def score_json(annotation: Annotation) -> str:
    """Render the score as a JSON string: CloudEvents attributes have no type for fractions."""
    return f'"{annotation.score:.6f}"'


def nothing(_: Annotation) -> str:
    """Render nothing: for edits whose text does not depend on the annotation."""
    return ""


def _bool(value: bool) -> str:
    return "true" if value else "false"


@lru_cache(maxsize=1024)
def _text(text: str) -> str:
    return _encode(text)


@lru_cache(maxsize=1024)
def _list(texts: tuple[str, ...]) -> str:
    return _encode(texts)


@lru_cache(maxsize=64)
def _categories(names: tuple[str, ...]) -> str:
    # %.6f rounds as round(score, 6) does, and reads back as the same number.
    entries = [f'{{"name":{_encode(name).replace("%", "%%")},"confidence":%.6f}}' for name in names]
    return f"[{','.join(entries)}]"


@lru_cache(maxsize=64)
def _model(model: ModelName) -> str:
    return _encode({"name": model.name, "version": model.version, "digest": model.digest})


@lru_cache(maxsize=1024)
def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
