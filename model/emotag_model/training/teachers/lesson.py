"""Trains the teachers of a recipe, and asks each about every text."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

import torch

from emotag_model.evaluation.encoded import truth_of
from emotag_model.labels import FINE_LABELS
from emotag_model.training.material import Material
from emotag_model.training.run import open_state
from emotag_model.training.soft_labels import SoftLabels
from emotag_model.training.state import STATE
from emotag_model.training.student import train_student
from emotag_model.training.teachers.fine_tune import fine_tune
from emotag_model.training.teachers.settings import TeacherSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.training.run import Progress
    from emotag_model.training.settings import TrainingSettings
    from emotag_model.training.student import Student
    from emotag_model.training.teachers.minilm import Teacher

SCORES = "scores.safetensors"


def teach(
    material: Material, teachers: Sequence[TeacherSettings | TrainingSettings], folder: Path, progress: Progress
) -> SoftLabels:
    """Return the scores of all of the material's rows: the teachers' mean, and the labels of the made ones.

    What an earlier, killed run of the same recipe has done in `folder` is taken up.
    """
    mean = SoftLabels.mean(
        [
            _scores(material, teacher, folder / f"{number}-{teacher.kind}", progress)
            for number, teacher in enumerate(teachers, start=1)
        ]
    )
    return mean.with_certain(len(material.data.train), truth_of(material.made, len(FINE_LABELS)))


def _scores(
    material: Material, teacher: TeacherSettings | TrainingSettings, folder: Path, progress: Progress
) -> SoftLabels:
    source = hashlib.sha256(f"{material.digest}{json.dumps(teacher.to_dict(), sort_keys=True)}".encode()).hexdigest()
    known = SoftLabels.load(folder / SCORES, source)
    if known is not None:
        return known
    progress.start_stage(f"teacher {folder.name}, seed {teacher.seed}")
    found = SoftLabels.of_logits(_logits(material, teacher, folder, progress))
    found.save(folder / SCORES, source)
    return found


def _logits(
    material: Material, teacher: TeacherSettings | TrainingSettings, folder: Path, progress: Progress
) -> NDArray[np.float32]:
    data = material.data
    state = open_state(folder, teacher, data.digest, resume=(folder / STATE).exists())
    texts = [*(each.text for each in data.train), *material.unlabelled]
    if isinstance(teacher, TeacherSettings):
        trained: Teacher | Student = fine_tune(data, teacher, state, folder, progress)
        torch.set_num_threads(os.cpu_count() or 1)  # the answers of many threads differ by their last bits alone
    else:
        trained = train_student(Material(data), teacher, state, folder, progress)
    progress.start_asking(len(texts))
    logits = trained.logits(texts, progress.advance)
    progress.end_asking()
    return logits
