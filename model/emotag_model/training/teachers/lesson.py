"""Trains the teachers of a recipe, and asks each about every text."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from emotag_model.evaluation.encoded import truth_of
from emotag_model.labels import OUTPUTS
from emotag_model.training.material import Material
from emotag_model.training.run import open_state
from emotag_model.training.soft_labels import SoftLabels
from emotag_model.training.state import STATE
from emotag_model.training.student import train_student
from emotag_model.training.teachers.answers import Answers
from emotag_model.training.teachers.fine_tune import fine_tune
from emotag_model.training.teachers.settings import TeacherSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emotag_model.training.run import Progress
    from emotag_model.training.settings import TrainingSettings
    from emotag_model.training.student import Student
    from emotag_model.training.teachers.minilm import Teacher

ANSWERS = "answers.safetensors"


def teach(
    material: Material, teachers: Sequence[TeacherSettings | TrainingSettings], folder: Path, progress: Progress
) -> SoftLabels:
    """Return the scores of all of the material's rows: the teachers' mean, and the labels of the made ones.

    What an earlier run has done in `folder` is taken up: a killed one's epochs, and the answers to the same texts.
    """
    mean = SoftLabels.mean(
        [
            _scores(material, teacher, folder / f"{number}-{teacher.kind}", progress)
            for number, teacher in enumerate(teachers, start=1)
        ]
    )
    return mean.with_certain(len(material.labelled) - len(material.made), truth_of(material.made, len(OUTPUTS)))


def _scores(
    material: Material, teacher: TeacherSettings | TrainingSettings, folder: Path, progress: Progress
) -> SoftLabels:
    source = hashlib.sha256(
        f"{material.data.digest}{material.agents_repeated}{json.dumps(teacher.to_dict(), sort_keys=True)}".encode()
    )
    answers = Answers.load(folder / ANSWERS, source.hexdigest())
    asked = material.labelled[: len(material.labelled) - len(material.made)]
    texts = [*(each.text for each in asked), *material.unlabelled]
    if missing := answers.missing(texts):
        progress.start_stage(f"teacher {folder.name}, seed {teacher.seed}")
        trained = _trained(material, teacher, folder, progress)
        progress.start_asking(len(missing))
        answers.add(missing, SoftLabels.of_logits(trained.logits(missing, progress.advance)).scores)
        progress.end_asking()
        answers.save(folder / ANSWERS)
    return SoftLabels(answers.of(texts))


def _trained(
    material: Material, teacher: TeacherSettings | TrainingSettings, folder: Path, progress: Progress
) -> Teacher | Student:
    lesson = Material(replace(material.data, unlabelled=[], told=[]), agents_repeated=material.agents_repeated)
    state = open_state(folder, teacher, lesson.digest, resume=(folder / STATE).exists())
    if not isinstance(teacher, TeacherSettings):
        return train_student(lesson, teacher, state, folder, progress)
    trained = fine_tune(lesson, teacher, state, folder, progress)
    torch.set_num_threads(os.cpu_count() or 1)  # the answers of many threads differ by their last bits alone
    return trained
