"""The systems of the table: the checkpoint as it is served, and each baseline, trained unless that was done before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from emotag_model.baselines.minilm import fine_tuned, taken
from emotag_model.baselines.tfidf import TfIdf
from emotag_model.checkpoint import Checkpoint
from emotag_model.checkpoint.digest import SUMS
from emotag_model.evaluation.encoded import encode_texts, truth_of
from emotag_model.evaluation.system import System
from emotag_model.labels import BASIC, GOEMOTIONS, OUTPUTS
from emotag_model.network.folded import FoldedCnnBiSru
from emotag_model.text.padding import pad
from emotag_model.training.dev import Dev
from emotag_model.training.errors import TrainingError
from emotag_model.training.material import gather
from emotag_model.training.recipe import Recipe
from emotag_model.training.state import STATE, RunState
from emotag_model.training.train import RUN, train

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emotag_model.text.examples import Example
    from emotag_model.training.data import TrainingData
    from emotag_model.training.run import Progress

BATCH = 64
"""Messages that a system is given at once."""
_RECIPE = "goemotions"


def served(checkpoint: Checkpoint, name: str = "") -> System:
    """Return a checkpoint as the service runs it on a CPU: texts cut into tokens, through the folded network."""
    network = FoldedCnnBiSru.from_network(checkpoint.network())

    def logits(examples: Sequence[Example]) -> NDArray[np.float32]:
        ids = encode_texts(examples, checkpoint.tokenizer)
        return np.concatenate(
            [network.predict(*pad(ids[start : start + BATCH])).numpy() for start in range(0, len(ids), BATCH)]
        )

    identity = checkpoint.identity
    return System(name or f"{identity.name} {identity.version}", checkpoint.labels, logits)


def tfidf(data: TrainingData, out: Path) -> System:
    """Return TF-IDF with logistic regression, calibrated on dev."""
    path = out / "tfidf.safetensors"
    model = TfIdf.load(path, data.digest)
    if model is None:
        labelled = [*data.train, *data.agents]
        model = TfIdf.fit([each.text for each in labelled], truth_of(labelled, len(OUTPUTS)))
        out.mkdir(parents=True, exist_ok=True)
        model.save(path, data.digest)
    return calibrated("TF-IDF + logistic regression", model.logits, data)


def goemotions_only(data: TrainingData, out: Path, progress: Progress) -> System:
    """Return our network at its smallest, trained on GoEmotions' labels and nothing else.

    Raises TrainingError when what `out` holds is of other settings or data.
    """
    folder, recipe = out / _RECIPE, Recipe.find(_RECIPE)
    begun = (folder / RUN / STATE).is_file()
    if (folder / SUMS).is_file():
        if not begun:
            raise TrainingError(f"{folder}: holds a checkpoint without its run; use another --out")
        RunState.load(folder / RUN).check_same(recipe.settings, gather(data, recipe).digest)
        checkpoint = Checkpoint.load(folder)
    else:
        checkpoint = train(data, folder, recipe, progress, resume=begun)
    return served(checkpoint, "CNN-BiSRU, GoEmotions only")


def minilm(data: TrainingData, out: Path, progress: Progress, run: Path | None = None) -> System:
    """Return MiniLM-L6, fine-tuned on the same messages: that of a `run` which is over, or one trained in `out`."""
    teacher = fine_tuned(data, out / "minilm", progress) if run is None else taken(run)
    return calibrated("MiniLM-L6, fine-tuned", teacher.logits, data)


def calibrated(name: str, logits: Callable[[Sequence[str]], NDArray[np.float32]], data: TrainingData) -> System:
    """Return any model of our outputs as a system, calibrated on dev as a checkpoint is."""
    texts = {GOEMOTIONS: data.dev, BASIC: data.agents_dev}
    dev = Dev.encode(data, lambda examples: [[] for _ in examples])
    labels = dev.calibrated({head: logits([each.text for each in dev_texts]) for head, dev_texts in texts.items()})

    def batched(examples: Sequence[Example]) -> NDArray[np.float32]:
        texts = [each.text for each in examples]
        with torch.inference_mode():
            return np.concatenate([logits(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)])

    return System(name, labels, batched)
