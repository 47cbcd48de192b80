"""The transformer that teaches, as a baseline: trained, or taken from a run that already was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.training.errors import TrainingError
from emotag_model.training.material import Material
from emotag_model.training.run import open_state
from emotag_model.training.state import STATE, RunState
from emotag_model.training.teachers.fine_tune import fine_tune
from emotag_model.training.teachers.minilm import MiniLm, Teacher, load_encoder
from emotag_model.training.teachers.settings import TeacherSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emotag_model.training.data import TrainingData
    from emotag_model.training.run import Progress
    from emotag_model.training.teachers.minilm import Encoder


def fine_tuned(
    data: TrainingData, folder: Path, progress: Progress, load: Callable[[], Encoder] = load_encoder
) -> Teacher:
    """Return the transformer of the run in `folder`, trained to its end first where it is not over.

    Raises TrainingError when the encoder's package is missing or the run is damaged or of something else.
    """
    begun, settings, lesson = (folder / STATE).is_file(), TeacherSettings(), Material(data)
    if begun and _is_over(state := RunState.load(folder), folder):
        state.check_same(settings, lesson.digest)
        return taken(folder, load)
    state = open_state(folder, settings, lesson.digest, resume=begun)
    return fine_tune(lesson, settings, state, folder, progress, load)


def taken(folder: Path, load: Callable[[], Encoder] = load_encoder) -> Teacher:
    """Return the transformer of a run that is over, whoever trained it and on whatever else it was asked.

    Raises TrainingError when there is none in `folder`.
    """
    state = RunState.load(folder)
    if not _is_over(state, folder):
        raise TrainingError(f"{folder}: its run is not over; let it end first")
    settings, encoder = _settings(state, folder), load()
    network = MiniLm(encoder.network, encoder.size, settings.dropout)
    best = {name.removeprefix("best/"): each for name, each in state.tensors.items() if "best/" in name}
    network.load_state_dict(best)
    return Teacher(network.eval(), encoder, settings.train_tokens)


def _is_over(state: RunState, folder: Path) -> bool:
    settings = _settings(state, folder)
    return len(state.history) >= settings.epochs or state.stale_epochs() >= settings.patience


def _settings(state: RunState, folder: Path) -> TeacherSettings:
    try:
        return TeacherSettings(**state.settings)
    except TypeError as error:
        raise TrainingError(f"{folder}: no run of a MiniLM; name one, such as OUT/run/teachers/1-minilm") from error
