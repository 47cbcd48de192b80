"""A run: the epochs of one network, kept on disk after each, until dev stops improving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import torch
from torch import nn

from emotag_model.evaluation.evaluate import report_of
from emotag_model.labels import BASIC, EKMAN, GOEMOTIONS
from emotag_model.training.state import EpochFigures, RunState
from emotag_model.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emotag_model.training.dev import Dev
    from emotag_model.training.pace import Pace
    from emotag_model.training.trainer import Group

Network = TypeVar("Network", bound=nn.Module)


class Progress(Protocol):
    """Who is told how a run goes."""

    def start_stage(self, words: str) -> None:
        """What follows is this, in a few words."""

    def start_epoch(self, epoch: int, messages: int) -> None:
        """Epoch `epoch`, from 1, begins; it has so many messages."""

    def start_asking(self, messages: int) -> None:
        """A teacher is asked about so many messages."""

    def end_asking(self) -> None:
        """It has answered all."""

    def advance(self, messages: int) -> None:
        """So many more messages were trained on, or answered."""

    def end_epoch(self, figures: EpochFigures) -> None:
        """The epoch came to this."""


class Run(Generic[Network]):
    """One network's way through its epochs."""

    def __init__(
        self,
        network: Network,
        ids: Sequence[Sequence[int]],
        loss: nn.Module,
        dev: Dev,
        pace: Pace,
        groups: Sequence[Group],
        state: RunState,
    ) -> None:
        """Make one that goes on from `state`; see `Trainer` for the other arguments."""
        torch.set_num_threads(pace.threads)
        self.state = state
        self._network = network
        self._trainer = Trainer(network, ids, loss, pace, groups)
        self._dev = dev
        self._pace = pace
        self._messages = len(ids)
        if state.history:
            self._trainer.restore(state.tensors, state.step)

    def finish(self, folder: Path, progress: Progress) -> Network:
        """Run the epochs that are left, saving after each; return the network with the best epoch's weights."""
        for epoch in range(len(self.state.history) + 1, self._pace.epochs + 1):
            if self.state.stale_epochs() >= self._pace.patience:
                break
            progress.start_epoch(epoch, self._messages)
            self.state.history.append(self._figures(epoch, self._trainer.run_epoch(epoch, progress.advance)))
            self._keep()
            self.state.save(folder)
            progress.end_epoch(self.state.history[-1])
        best = {name.removeprefix("best/"): each for name, each in self.state.tensors.items() if "best/" in name}
        self._network.load_state_dict(best)
        return self._network

    def _figures(self, epoch: int, loss: float) -> EpochFigures:
        logits = self._dev.logits(self._trainer.average.network)
        outcomes = self._dev.outcomes(self._dev.calibrated(logits), logits)
        macro = {each.name: report_of(each).macro_f1 for each in outcomes}
        return EpochFigures(epoch, loss, macro[BASIC], macro[EKMAN], macro[GOEMOTIONS])

    def _keep(self) -> None:
        best = {name: each for name, each in self.state.tensors.items() if name.startswith("best/")}
        if self.state.stale_epochs() == 0:
            weights = self._trainer.average.network.state_dict()
            best = {f"best/{name}": each.clone() for name, each in weights.items()}
        self.state.tensors = {**self._trainer.state(), **best}
        self.state.step = self._trainer.step


def open_state(folder: Path, pace: Pace, digest: str, *, resume: bool) -> RunState:
    """Return where the run in `folder` stands; a new one unless `resume`.

    Raises TrainingError when what is resumed is missing, or was of other settings or data.
    """
    if not resume:
        return RunState(pace.to_dict(), digest)
    state = RunState.load(folder)
    state.check_same(pace, digest)
    return state
