"""Brings the data of a run together: labelled messages, texts without labels, and word vectors; without leaks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag_model.labels import FINE_LABELS
from emotag_model.text.examples import load_examples
from emotag_model.text.glove import load_glove
from emotag_model.training.data.held_out import held_out_rows
from emotag_model.training.data.leaks import check_no_leak, without
from emotag_model.training.data.normal_form import normal_form
from emotag_model.training.data.registry import find
from emotag_model.training.data.unlabelled import check_may_ship, unlabelled_rows
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emotag_model.text.examples import Example
    from emotag_model.text.glove import WordVectors


@dataclass(frozen=True)
class TrainingData:
    """Messages to train on and to choose by, the vectors words start from, and a digest of all of them."""

    train: list[Example]
    dev: list[Example]
    vectors: WordVectors
    left_out: int  # training rows whose text stands in a held-out split as well
    digest: str
    unlabelled: list[str] = field(default_factory=list)  # each once, none of them in `train` or a held-out split


def load_data(
    folder: Path, glove: Path | None = None, *, unlabelled: Sequence[str] = (), may_ship_only: bool = True
) -> TrainingData:
    """Read `folder`/text/goemotions/{train,dev}.jsonl.gz, and GloVe from `glove` or `folder`/glove.

    Training rows whose text also stands in a dev or test split of any data set below `folder`/text (ignoring case and
    blanks) are left out. `unlabelled` names data sets of the registry whose texts are wanted without their labels: of
    their train splits, what is neither held out nor trained on already. With `may_ship_only` those whose licence
    forbids redistribution or commercial use are refused.
    Raises TrainingError for a missing file and a refused or unknown data set, TextDataError for a bad file.
    """
    if may_ship_only:
        check_may_ship(find(name) for name in unlabelled)
    texts = folder / "text" / "goemotions"
    labelled, dev = (_split(texts, name) for name in ("train", "dev"))
    held_out = held_out_rows(folder)
    forms = {normal_form(row.text) for row in held_out}
    train = without(labelled, forms)
    rows = unlabelled_rows(folder, unlabelled, forms | {normal_form(each.text) for each in train})
    check_no_leak((*train, *rows), held_out)
    vectors = load_glove(glove or folder / "glove")
    more = [row.text for row in rows]
    return TrainingData(
        train, dev, vectors, len(labelled) - len(train), _digest(train, dev, vectors, more), unlabelled=more
    )


def _split(folder: Path, name: str) -> list[Example]:
    path = folder / f"{name}.jsonl.gz"
    if not path.is_file():
        raise TrainingError(
            f"{path}: no such file; --data must name a folder with text/goemotions/{{train,dev}}.jsonl.gz"
        )
    return load_examples(path, FINE_LABELS)


def _digest(train: list[Example], dev: list[Example], vectors: WordVectors, unlabelled: list[str]) -> str:
    digest = hashlib.sha256()
    for example in (*train, *dev):
        digest.update(f"{example.text}\0{example.labels}\n".encode("utf-8", "surrogatepass"))
    digest.update("\n".join(vectors.words).encode())
    digest.update(vectors.vectors.tobytes())
    for text in unlabelled:
        digest.update(f"{text}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
