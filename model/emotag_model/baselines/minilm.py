"""The transformer that teaches, as a baseline: trained, or taken from a run that already was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.training.errors import TrainingError
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
    """Return the teacher of the run in `folder`, trained to its end first where it is not there.

    Raises TrainingError when the encoder's package is missing or the run is damaged.
    """
    if (folder / STATE).is_file() and (found := _finished(folder, load)) is not None:
        return found
    settings = TeacherSettings()
    state = open_state(folder, settings, data.digest, resume=(folder / STATE).is_file())
    return fine_tune(data, settings, state, folder, progress, load)


def _finished(folder: Path, load: Callable[[], Encoder]) -> Teacher | None:
    """Return the best network of a run that is over. Its data may be those of another recipe: texts to distil on."""
    state = RunState.load(folder)
    try:
        settings = TeacherSettings(**state.settings)
    except TypeError as error:
        raise TrainingError(f"{folder}: no run of a MiniLM; name one, such as OUT/run/teachers/1-minilm") from error
    if len(state.history) < settings.epochs and state.stale_epochs() < settings.patience:
        return None
    encoder = load()
    network = MiniLm(encoder.network, encoder.size, settings.dropout)
    network.load_state_dict(
        {name.removeprefix("best/"): each for name, each in state.tensors.items() if "best/" in name}
    )
    return Teacher(network.eval(), encoder, settings.train_tokens)
