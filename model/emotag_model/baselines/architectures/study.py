"""All trainings of the comparison: those that are on disk are taken from there, the others made and kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emotag_model.baselines.architectures.trained import Trained

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emotag_model.baselines.architectures.architecture import Architecture
    from emotag_model.baselines.architectures.course import Course
    from emotag_model.training.run import Progress

FOLDER = "architectures"
"""Below `--out`; a file per training."""


def study(
    course: Course, architectures: Sequence[Architecture], seeds: Sequence[int], out: Path, progress: Progress
) -> list[Trained]:
    """Train each architecture from each seed, unless that is in `out`/architectures.

    Seed by seed, so that architectures are neighbours in time where a machine's speed drifts.
    Raises TrainingError when a file there is damaged, or of other settings or data; all are read before any training.
    """
    todo = [(architecture, seed) for seed in seeds for architecture in architectures]
    known = {
        (architecture, seed): trained
        for architecture, seed in todo
        if (trained := _known(course, out / FOLDER / _file(architecture, seed), seed)) is not None
    }
    for place, (architecture, seed) in enumerate(todo, start=1):
        if (architecture, seed) not in known:
            progress.start_stage(f"{architecture.title}, seed {seed}: training {place} of {len(todo)}")
            trained = course.run(architecture, seed, progress)
            trained.save(out / FOLDER / _file(architecture, seed))
            known[architecture, seed] = trained
    return [known[each] for each in todo]


def _known(course: Course, path: Path, seed: int) -> Trained | None:
    if not path.is_file():
        return None
    trained = Trained.load(path)
    trained.check_same(replace(course.settings, seed=seed), course.data, path)
    return trained


def _file(architecture: Architecture, seed: int) -> str:
    return f"{architecture.name}-seed-{seed}.json"
