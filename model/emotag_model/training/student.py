"""The CNN-BiSRU in training: from its data and settings to a network, and to a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import torch

from emotag_model.checkpoint import Checkpoint, Identity
from emotag_model.evaluation.agent_report import agent_tables
from emotag_model.evaluation.bootstrap import interval
from emotag_model.evaluation.calibrate import expect_usual
from emotag_model.evaluation.crossfit import crossfit
from emotag_model.evaluation.encoded import encode_examples, encode_texts
from emotag_model.evaluation.evaluate import report_of
from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.predict import predict_logits
from emotag_model.evaluation.reading import logits_of
from emotag_model.labels import BASIC, GOEMOTIONS, HEADS, OUTPUTS, default_labels
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.stored import stored_weights
from emotag_model.reader import load_reader
from emotag_model.text import Tokenizer
from emotag_model.training.card import write_card
from emotag_model.training.dev import Dev
from emotag_model.training.loss import RowLoss
from emotag_model.training.plots import draw_plots
from emotag_model.training.run import Run
from emotag_model.training.trainer import Group
from emotag_model.training.words import build_vocabulary, starting_vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.training.data import TrainingData
    from emotag_model.training.material import Material
    from emotag_model.training.recipe import Recipe
    from emotag_model.training.run import Progress
    from emotag_model.training.settings import TrainingSettings
    from emotag_model.training.soft_labels import SoftLabels
    from emotag_model.training.state import RunState


@dataclass(frozen=True)
class Student:
    """A trained network, with what it reads texts by."""

    network: CnnBiSru
    tokenizer: Tokenizer

    def logits(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Texts → logits [N, F]; `advance` as in `predict_logits`."""
        return predict_logits(self.network, [self.tokenizer.encode(text).ids or [0] for text in texts], advance)


def train_student(
    material: Material,
    settings: TrainingSettings,
    state: RunState,
    folder: Path,
    progress: Progress,
    soft: SoftLabels | None = None,
) -> Student:
    """Train to the end, or until dev stops improving; with `soft`, on the texts without labels as well."""
    data = material.data
    words = [*(each.text for each in (*data.train, *data.agents)), *(data.unlabelled if soft is not None else ())]
    tokenizer = Tokenizer(build_vocabulary(words, data.vectors, settings.glove_words), max_tokens=settings.max_tokens)
    train = encode_examples(material.labelled, tokenizer, len(OUTPUTS))
    dev = Dev.encode(data, partial(encode_texts, tokenizer=tokenizer))
    more = material.unlabelled if soft is not None else []
    ids = [*train.ids, *(tokenizer.encode(text).ids or [0] for text in more)]
    network = _network(data, tokenizer, settings)
    loss = _loss(torch.from_numpy(train.truth), settings, soft)
    groups = (
        Group("embedding.", settings.embedding_rate, clipped=False),
        Group("", 1.0, settings.weight_decay),
    )
    return Student(Run(network, ids, loss, dev, settings, groups, state).finish(folder, progress), tokenizer)


def make_checkpoint(student: Student, data: TrainingData, recipe: Recipe, state: RunState, folder: Path) -> Checkpoint:
    """Return it with stored precision and all, scores and thresholds fitted to dev; draw its plots into `folder`."""
    network, settings = student.network, recipe.settings
    with torch.no_grad():  # calibrate what will be read back
        network.embedding.weight.copy_(network.embedding.weight.half().float())
    plain = Checkpoint(
        identity=Identity(settings.name, settings.version, digest=""),
        config=network.config,
        tokenizer=student.tokenizer,
        labels=default_labels(),
        weights=stored_weights(network),
        card="",
    )
    dev = Dev.encode(data, partial(encode_texts, tokenizer=student.tokenizer))
    reader = load_reader(plain)  # what will serve is what is calibrated and measured
    logits = {GOEMOTIONS: logits_of(reader, data.dev), BASIC: logits_of(reader, data.agents_dev)}
    checkpoint = replace(plain, labels=expect_usual(dev.calibrated(logits), reader, data.usual))
    outcomes = dev.outcomes(checkpoint.labels, logits)
    draw_plots(folder, state.history, outcomes)
    figures = [
        (
            report_of(outcome),
            interval(outcome.tally, MACRO.statistic(outcome.labels)),
            *crossfit(checkpoint.labels.taxonomies[outcome.name], *dev.of(outcome.name, logits)),
        )
        for outcome in outcomes
    ]
    agents = agent_tables(data.agents_said, next(each for each in outcomes if each.name == BASIC))
    return replace(checkpoint, card=write_card(checkpoint, recipe, state, data, figures, agents))


def _network(data: TrainingData, tokenizer: Tokenizer, settings: TrainingSettings) -> CnnBiSru:
    torch.manual_seed(settings.seed)
    network = CnnBiSru(settings.network(len(tokenizer.vocabulary), data.vectors.size))
    rows = starting_vectors(tokenizer.vocabulary, data.vectors, settings.vector_scale, settings.seed)
    network.embedding.weight.data.copy_(torch.from_numpy(rows))
    return network


def _loss(truth: torch.Tensor, settings: TrainingSettings, soft: SoftLabels | None) -> RowLoss:
    scores = None if soft is None else torch.from_numpy(soft.scores)
    return RowLoss(HEADS, truth, settings.coarse_weight, scores, settings.soft_weight, settings.basic_weight)
