"""A whole training: data and recipe in, checkpoint out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.evaluation.encoded import encode_texts
from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.training.errors import TrainingError
from emotag_model.training.material import gather
from emotag_model.training.run import open_state
from emotag_model.training.state import STATE
from emotag_model.training.student import make_checkpoint, train_student
from emotag_model.training.teachers.lesson import teach

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.training.data import TrainingData
    from emotag_model.training.material import Material
    from emotag_model.training.recipe import Recipe
    from emotag_model.training.run import Progress
    from emotag_model.training.settings import TrainingSettings

RUN = "run"
"""Folder below `--out` that holds what a run resumes from; no part of the checkpoint."""
TEACHERS = "teachers"


def train(data: TrainingData, out: Path, recipe: Recipe, progress: Progress, *, resume: bool = False) -> Checkpoint:
    """Train the recipe's teachers, if any, then its network, and write the checkpoint folder `out`.

    A run that was killed goes on after its last whole epoch with `resume`, and ends with the same weights.
    Raises TrainingError when `out` holds a run and `resume` is not set, or the other way round; TextDataError for a
    message that shows nothing.
    """
    folder = out / RUN
    _check_new(out, resume=resume)
    material = gather(data, recipe)
    _check_readable(material, recipe.settings)
    soft = teach(material, recipe.teachers, folder / TEACHERS, progress) if recipe.teachers else None
    digest = material.digest if soft is None else f"{material.digest}:{soft.digest}"
    state = open_state(folder, recipe.settings, digest, resume=resume and (folder / STATE).exists())
    if recipe.teachers:
        progress.start_stage("the network that learns from them")
    student = train_student(material, recipe.settings, state, folder, progress, soft)
    return make_checkpoint(student, data, recipe, state, folder).save(out)


def holds_run(out: Path) -> bool:
    """Tell whether there is anything in `out` that a run could be resumed from."""
    return (out / RUN / STATE).exists() or (out / RUN / TEACHERS).exists()


def _check_readable(material: Material, settings: TrainingSettings) -> None:
    """Raise TextDataError for what the network would refuse, hours later, when its teachers are trained."""
    anything = Tokenizer(Vocabulary(()), max_tokens=settings.max_tokens)
    encode_texts([*material.labelled, *material.data.dev, *material.data.agents_dev], anything)


def _check_new(out: Path, *, resume: bool) -> None:
    folder, holds = out / RUN, holds_run(out)
    if resume and not holds:
        raise TrainingError(f"{folder}: no run to resume; start one without --resume")
    if holds and not resume:
        raise TrainingError(f"{folder}: holds a run already; add --resume to continue it, or name another --out")
