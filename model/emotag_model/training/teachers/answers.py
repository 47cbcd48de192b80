"""What one teacher has said so far, text by text, so that of another material only the new texts are asked about."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from emotag_model.labels import OUTPUTS
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_KEY_BYTES = 16


class Answers:
    """Scores [F] in [0, 1] of texts, by a digest of the text."""

    def __init__(self, source: str) -> None:
        """Hold none yet; `source` says which teacher, taught with what."""
        self._source = source
        self._scores: dict[bytes, NDArray[np.float32]] = {}

    def add(self, texts: Sequence[str], scores: NDArray[np.float32]) -> None:
        """Take the scores [N, F] of N texts."""
        self._scores.update(zip(map(_key, texts), scores, strict=True))

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Return those of which there is nothing, each once, in order."""
        return [text for text in dict.fromkeys(texts) if _key(text) not in self._scores]

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the scores [N, F] of N texts. Raises KeyError when one was not answered."""
        return np.stack([self._scores[_key(text)] for text in texts])

    def save(self, path: Path) -> None:
        """Write them, with what they come of."""
        partial = path.with_suffix(".partial")
        keys = np.frombuffer(b"".join(self._scores), np.uint8).reshape(-1, _KEY_BYTES)
        scores = np.array(list(self._scores.values()), np.float32).reshape(len(keys), len(OUTPUTS))
        save_file({"keys": keys, "scores": scores}, partial, metadata={"source": self._source})
        partial.replace(path)

    @classmethod
    def load(cls, path: Path, source: str) -> Self:
        """Read what `save` wrote; none when there is no file. Raises TrainingError when it comes of something else."""
        answers = cls(source)
        if not path.is_file():
            return answers
        try:
            with safe_open(path, framework="numpy") as file:
                found, keys, scores = (
                    (file.metadata() or {}).get("source"),
                    file.get_tensor("keys"),
                    file.get_tensor("scores"),
                )
        except SafetensorError as error:
            raise TrainingError(f"{path}: damaged ({error}); delete it and train again with --resume") from error
        if found != source:
            raise TrainingError(f"{path}: comes of another teacher or other data; use another --out")
        answers._scores = dict(zip(map(bytes, keys), scores, strict=True))
        return answers


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()
