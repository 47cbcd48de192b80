"""The data of a run: labelled messages without leaks, and word vectors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_model.labels import FINE_LABELS
from emotag_model.text.examples import load_examples
from emotag_model.text.glove import load_glove
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emotag_model.text.examples import Example
    from emotag_model.text.glove import WordVectors

_HELD_OUT = ("dev", "test")


@dataclass(frozen=True)
class TrainingData:
    """Messages to train on and to choose by, the vectors words start from, and a digest of all of them."""

    train: list[Example]
    dev: list[Example]
    vectors: WordVectors
    left_out: int  # training rows whose text stands in a held-out split as well
    digest: str


def load_data(folder: Path, glove: Path | None = None) -> TrainingData:
    """Read `folder`/text/goemotions/{train,dev}.jsonl.gz, and GloVe from `glove` or `folder`/glove.

    Training rows whose text also stands in dev or test (ignoring case and blanks) are left out.
    Raises TrainingError for a missing file, TextDataError for a bad one.
    """
    texts = folder / "text" / "goemotions"
    splits = {name: _split(texts, name) for name in ("train", *_HELD_OUT)}
    held_out = {_key(example) for name in _HELD_OUT for example in splits[name]}
    train = [example for example in splits["train"] if _key(example) not in held_out]
    check_no_leak(train, splits["dev"])
    vectors = load_glove(glove or folder / "glove")
    left_out = len(splits["train"]) - len(train)
    return TrainingData(train, splits["dev"], vectors, left_out, _digest(train, splits["dev"], vectors))


def check_no_leak(train: Sequence[Example], held_out: Sequence[Example]) -> None:
    """Raise TrainingError naming the first held-out message whose text is trained on."""
    seen = {_key(example) for example in train}
    for example in held_out:
        if _key(example) in seen:
            raise TrainingError(f"{example.place}: its text is trained on as well; leave it out of the training split")


def _split(folder: Path, name: str) -> list[Example]:
    path = folder / f"{name}.jsonl.gz"
    if path.is_file():
        return load_examples(path, FINE_LABELS)
    if name == "test":
        return []  # it need not be at hand, and is never used but to keep its texts out
    raise TrainingError(f"{path}: no such file; --data must name a folder with text/goemotions/{{train,dev}}.jsonl.gz")


def _key(example: Example) -> str:
    return " ".join(example.text.casefold().split())


def _digest(train: list[Example], dev: list[Example], vectors: WordVectors) -> str:
    digest = hashlib.sha256()
    for example in (*train, *dev):
        digest.update(f"{example.text}\0{example.labels}\n".encode("utf-8", "surrogatepass"))
    digest.update("\n".join(vectors.words).encode())
    digest.update(vectors.vectors.tobytes())
    return digest.hexdigest()
