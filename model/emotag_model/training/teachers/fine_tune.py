"""Fine-tunes an encoder on labelled messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from emotag_model.evaluation.encoded import truth_of
from emotag_model.labels import HEADS, OUTPUTS
from emotag_model.training.dev import Dev
from emotag_model.training.loss import RowLoss
from emotag_model.training.run import Run
from emotag_model.training.teachers.minilm import MiniLm, Teacher, load_encoder
from emotag_model.training.trainer import Group

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from emotag_model.text.examples import Example
    from emotag_model.training.material import Material
    from emotag_model.training.run import Progress
    from emotag_model.training.state import RunState
    from emotag_model.training.teachers.minilm import Encoder
    from emotag_model.training.teachers.settings import TeacherSettings

_FROZEN = "encoder.embeddings.word_embeddings."
"""Half of the encoder's weights; most words of it are rare here, and would only learn this data by heart."""


def fine_tune(
    material: Material,
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

    def encode(examples: Sequence[Example]) -> list[list[int]]:
        return encoder.encode([each.text for each in examples], settings.train_tokens)

    truth = torch.from_numpy(truth_of(material.labelled, len(OUTPUTS)))
    loss = RowLoss(HEADS, truth, settings.coarse_weight, basic=settings.basic_weight)
    groups = (
        Group(_FROZEN, 0.0),
        Group("encoder.", 1.0, settings.weight_decay),
        Group("", settings.head_rate, settings.weight_decay),
    )
    dev = Dev.encode(material.data, encode)
    run = Run(network, encode(material.labelled), loss, dev, settings, groups, state)
    return Teacher(run.finish(folder, progress), encoder, settings.train_tokens)
