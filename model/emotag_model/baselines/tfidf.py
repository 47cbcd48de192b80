"""The classical baseline: TF-IDF of words and one logistic regression per label."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from emotag_model.labels import HEADS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_STRENGTH = 2.0  # inverse of the regularisation; on GoEmotions' dev split 8 is no better, nor are pairs of words
_LEAST_TEXTS = 2  # that a word stands in
_WORD = r"\w+|[^\w\s]"  # marks and emoji too


@dataclass(frozen=True, eq=False)
class TfIdf:
    """A vectorizer and a linear layer of W words to F labels."""

    vectorizer: Any
    weights: NDArray[np.float32]  # [W, F]
    bias: NDArray[np.float32]  # [F]

    @classmethod
    def fit(cls, texts: Sequence[str], truth: NDArray[np.float32]) -> Self:
        """Fit on texts and their truth [N, F]; each label on the texts that are labelled in the words of its head."""
        vectorizer = _vectorizer(min_df=_LEAST_TEXTS)
        features = vectorizer.fit_transform(texts)
        weights, bias = zip(*_fit_labels(features, truth), strict=True)
        return cls(vectorizer, np.stack(weights, axis=1).astype(np.float32), np.array(bias, dtype=np.float32))

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Texts → logits [N, F]."""
        found: NDArray[np.float32] = (self.vectorizer.transform(texts) @ self.weights + self.bias).astype(np.float32)
        return found

    def save(self, path: Path, source: str) -> None:
        """Write the model with the digest of what it was fitted on."""
        words = sorted(self.vectorizer.vocabulary_, key=self.vectorizer.vocabulary_.__getitem__)
        tensors = {"idf": self.vectorizer.idf_, "weights": np.ascontiguousarray(self.weights), "bias": self.bias}
        save_file(tensors, path, metadata={"words": json.dumps(words), "source": source})

    @classmethod
    def load(cls, path: Path, source: str) -> Self | None:
        """Read what `save` wrote; None when there is none, or it was fitted on something else."""
        try:
            with safe_open(path, framework="numpy") as file:
                metadata = file.metadata()
                tensors = {name: file.get_tensor(name) for name in ("idf", "weights", "bias")}
        except (FileNotFoundError, SafetensorError):
            return None
        if metadata["source"] != source:
            return None
        vectorizer = _vectorizer(vocabulary=json.loads(metadata["words"]))
        vectorizer.idf_ = tensors["idf"]
        return cls(vectorizer, tensors["weights"], tensors["bias"])


def _fit_labels(features: Any, truth: NDArray[np.float32]) -> Iterator[tuple[NDArray[np.float64], float]]:
    for outputs in HEADS.values():
        rows = np.flatnonzero(truth[:, outputs].any(axis=1))
        for label in range(outputs.start, outputs.stop):
            yield _fit_label(features[rows], truth[rows, label])


def _fit_label(features: Any, truth: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """Return weights [W] and bias; of a label that holds nowhere or everywhere, the bias alone says how often."""
    true = float(truth.sum())
    if true in {0, len(truth)}:
        return np.zeros(features.shape[1]), float(np.log((true + 0.5) / (len(truth) - true + 0.5)))
    linear = importlib.import_module("sklearn.linear_model")
    model = linear.LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=0).fit(features, truth)
    return model.coef_[0], float(model.intercept_[0])


def _vectorizer(**options: Any) -> Any:
    text = importlib.import_module("sklearn.feature_extraction.text")
    return text.TfidfVectorizer(
        sublinear_tf=True, strip_accents="unicode", token_pattern=_WORD, dtype=np.float32, **options
    )
