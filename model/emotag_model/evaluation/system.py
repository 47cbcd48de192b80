"""Anything that can be judged: a name, its labels, and logits of messages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.outcome import taxonomy_outcome
from emotag_model.evaluation.reading import logits_of
from emotag_model.evaluation.zero_shot import zero_shot_outcome
from emotag_model.labels import head_of
from emotag_model.reader import load_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.evaluation.outcome import Outcome
    from emotag_model.evaluation.selection import Selection
    from emotag_model.labels import Labels
    from emotag_model.text.examples import Example


class LogitsOf(Protocol):
    """What computes logits."""

    def __call__(self, examples: Sequence[Example], /) -> NDArray[np.float32]:
        """N messages → logits [N, F]; raises TextDataError naming the place of one that cannot be read."""


@dataclass(frozen=True)
class System:
    """A model of any kind that gives logits of our outputs; `labels` are calibrated for it."""

    name: str
    labels: Labels
    logits: LogitsOf


def checkpoint_system(checkpoint: Checkpoint) -> System:
    """Return the system that a checkpoint is."""
    identity = checkpoint.identity
    logits = partial(logits_of, load_reader(checkpoint))
    return System(f"{identity.name} {identity.version} ({identity.digest[:12]})", checkpoint.labels, logits)


def outcomes(system: System, selection: Selection) -> list[Outcome]:
    """Tag the messages with `system`: one outcome per taxonomy on its own labels, one in all on those of others."""
    return judge(system.labels, selection, system.logits(selection.examples))


def judge(labels: Labels, selection: Selection, logits: NDArray[np.float32]) -> list[Outcome]:
    """Return the outcomes of logits [N, F] of the messages, as `outcomes` does."""
    label_set = selection.label_set
    if label_set.head is None:
        return [zero_shot_outcome(label_set, labels, logits, selection.truth)]
    truth = np.zeros(logits.shape, np.float32)
    truth[:, [column for (column,) in label_set.columns(labels.outputs)]] = selection.truth
    own = (each for name, each in labels.taxonomies.items() if head_of(name) == label_set.head)
    return [taxonomy_outcome(each, logits, truth, MACRO) for each in own]
