"""Fine-tunes an encoder on labelled messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from emotag_model.evaluation import EncodedExamples
from emotag_model.evaluation.encoded import truth_of
from emotag_model.labels import EKMAN, FINE_LABELS, default_labels
from emotag_model.training.loss import RollUpLoss, RowLoss
from emotag_model.training.run import Run
from emotag_model.training.teachers.minilm import MiniLm, Teacher, load_encoder
from emotag_model.training.trainer import Group

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emotag_model.training.data import TrainingData
    from emotag_model.training.run import Progress
    from emotag_model.training.state import RunState
    from emotag_model.training.teachers.minilm import Encoder
    from emotag_model.training.teachers.settings import TeacherSettings

_FROZEN = "encoder.embeddings.word_embeddings."
"""Half of the encoder's weights; most words of it are rare here, and would only learn this data by heart."""


def fine_tune(
    data: TrainingData,
    settings: TeacherSettings,
    state: RunState,
    folder: Path,
    progress: Progress,
    load: Callable[[], Encoder] = load_encoder,
) -> Teacher:
    """Train to the end, or until dev stops improving. Raises TrainingError when the encoder cannot be loaded."""
    encoder = load()
    torch.manual_seed(settings.seed)
    network = MiniLm(encoder.network, encoder.size, settings.dropout)
    ids, dev = (
        encoder.encode([each.text for each in examples], settings.train_tokens) for examples in (data.train, data.dev)
    )
    truth = torch.from_numpy(truth_of(data.train, len(FINE_LABELS)))
    loss = RowLoss(RollUpLoss(truth, default_labels().taxonomy(EKMAN).members, settings.coarse_weight), truth)
    groups = (
        Group(_FROZEN, 0.0),
        Group("encoder.", 1.0, settings.weight_decay),
        Group("", settings.head_rate, settings.weight_decay),
    )
    run = Run(network, ids, loss, EncodedExamples(dev, truth_of(data.dev, len(FINE_LABELS))), settings, groups, state)
    return Teacher(run.finish(folder, progress), encoder, settings.train_tokens)
