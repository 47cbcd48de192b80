"""How many messages a second each architecture reads: untrained networks, which are as fast as trained ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from emotag_model.baselines.speed import rates
from emotag_model.evaluation.system import System
from emotag_model.labels import GOEMOTIONS, default_labels
from emotag_model.text.padding import pad

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.baselines.architectures.architecture import Architecture
    from emotag_model.baselines.architectures.course import Course
    from emotag_model.text.examples import Example


def architecture_rates(course: Course, architectures: Sequence[Architecture], seconds: float) -> list[float]:
    """Return messages per second of one core's time, from token ids to logits; see `rates`."""
    ids = {example.place: each for example, each in zip(course.data.dev, course.dev.heads[GOEMOTIONS].ids, strict=True)}
    return rates([_system(course, each, ids) for each in architectures], course.data.dev, seconds)


def _system(course: Course, architecture: Architecture, ids: dict[str, list[int]]) -> System:
    network = course.network(architecture, seed=0).eval()

    def logits(examples: Sequence[Example]) -> NDArray[np.float32]:
        with torch.inference_mode():
            found: NDArray[np.float32] = network(*pad([ids[each.place] for each in examples])).numpy()
        return found

    return System(architecture.title, default_labels(), logits)
