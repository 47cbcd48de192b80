"""A whole training run: data in, checkpoint out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch

from emotag_model.checkpoint import Checkpoint, Identity
from emotag_model.evaluation import EncodedExamples, encode_examples, predict_logits
from emotag_model.evaluation.calibrate import calibrate_labels
from emotag_model.evaluation.crossfit import crossfit
from emotag_model.evaluation.evaluate import report_all
from emotag_model.labels import EKMAN, FINE_LABELS, GOEMOTIONS, default_labels
from emotag_model.network import CnnBiSru, CnnBiSruConfig
from emotag_model.text import Tokenizer
from emotag_model.training.card import write_card
from emotag_model.training.errors import TrainingError
from emotag_model.training.loss import RollUpLoss
from emotag_model.training.state import STATE, EpochFigures, RunState
from emotag_model.training.trainer import Trainer
from emotag_model.training.words import build_vocabulary, starting_vectors

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_model.training.data import TrainingData
    from emotag_model.training.settings import TrainingSettings

__all__ = ["EpochFigures", "Progress", "train"]

RUN = "run"
"""Folder below `--out` that holds what a run resumes from; no part of the checkpoint."""


class Progress(Protocol):
    """Who is told how a run goes."""

    def start_epoch(self, epoch: int, messages: int) -> None:
        """Epoch `epoch`, from 1, begins; it has so many messages."""

    def advance(self, messages: int) -> None:
        """So many more messages were trained on."""

    def end_epoch(self, figures: EpochFigures) -> None:
        """The epoch came to this."""


def train(
    data: TrainingData, out: Path, settings: TrainingSettings, progress: Progress, *, resume: bool = False
) -> Checkpoint:
    """Train to the end, or until dev stops improving, and write the checkpoint folder `out`.

    A run that was killed goes on after its last whole epoch with `resume`, and ends with the same weights.
    Raises TrainingError when `out` holds a run and `resume` is not set, or the other way round.
    """
    torch.set_num_threads(settings.threads)
    state = _open(out / RUN, settings, data.digest, resume=resume)
    run = _Run(data, settings, state)
    run.finish(out / RUN, progress)
    return run.checkpoint(data).save(out)


def _open(folder: Path, settings: TrainingSettings, digest: str, *, resume: bool) -> RunState:
    if not resume:
        if (folder / STATE).exists():
            raise TrainingError(f"{folder}: holds a run already; add --resume to continue it, or name another --out")
        return RunState(settings.to_dict(), digest)
    state = RunState.load(folder)
    state.check_same(settings, digest)
    return state


class _Run:
    """The parts of one run, built from its data and, when it is resumed, its state."""

    def __init__(self, data: TrainingData, settings: TrainingSettings, state: RunState) -> None:
        self._settings, self._state = settings, state
        vocabulary = build_vocabulary((each.text for each in data.train), data.vectors, settings.glove_words)
        self._tokenizer = Tokenizer(vocabulary, max_tokens=settings.max_tokens)
        self._dev = encode_examples(data.dev, self._tokenizer, len(FINE_LABELS))
        examples = encode_examples(data.train, self._tokenizer, len(FINE_LABELS))
        self._trainer = Trainer(self._network(data), examples, _loss(examples, settings), settings)
        self._messages = len(examples)
        if state.history:
            self._trainer.restore(state.tensors, state.step)

    def finish(self, folder: Path, progress: Progress) -> None:
        """Run the epochs that are left, saving after each."""
        for epoch in range(len(self._state.history) + 1, self._settings.epochs + 1):
            if self._state.stale_epochs() >= self._settings.patience:
                break
            progress.start_epoch(epoch, self._messages)
            self._state.history.append(self._figures(epoch, self._trainer.run_epoch(epoch, progress.advance)))
            self._keep()
            self._state.save(folder)
            progress.end_epoch(self._state.history[-1])

    def checkpoint(self, data: TrainingData) -> Checkpoint:
        """Return the best epoch's weights, stored precision and all, with scores and thresholds fitted to dev."""
        network = self._trainer.average.network
        best = {name.removeprefix("best/"): each for name, each in self._state.tensors.items() if "best/" in name}
        best["embedding.weight"] = best["embedding.weight"].half().float()  # calibrate what will be read back
        network.load_state_dict(best)
        logits = predict_logits(network, self._dev.ids)
        labels = calibrate_labels(default_labels(), logits, self._dev.truth)
        figures = [
            (each, *crossfit(labels.taxonomies[each.taxonomy], logits, self._dev.truth))
            for each in report_all(labels, logits, self._dev.truth)
        ]
        return Checkpoint(
            identity=Identity(self._settings.name, self._settings.version, digest=""),
            config=network.config,
            tokenizer=self._tokenizer,
            labels=labels,
            weights=network.state_dict(),
            card=write_card(self._settings, self._state, data, network, figures),
        )

    def _network(self, data: TrainingData) -> CnnBiSru:
        torch.manual_seed(self._settings.seed)
        network = CnnBiSru(_config(self._settings, len(self._tokenizer.vocabulary), data.vectors.size))
        rows = starting_vectors(
            self._tokenizer.vocabulary, data.vectors, self._settings.vector_scale, self._settings.seed
        )
        network.embedding.weight.data.copy_(torch.from_numpy(rows))
        return network

    def _figures(self, epoch: int, loss: float) -> EpochFigures:
        logits = predict_logits(self._trainer.average.network, self._dev.ids)
        labels = calibrate_labels(default_labels(), logits, self._dev.truth)
        macro = {report.taxonomy: report.macro_f1 for report in report_all(labels, logits, self._dev.truth)}
        return EpochFigures(epoch, loss, macro[EKMAN], macro[GOEMOTIONS])

    def _keep(self) -> None:
        best = {name: each for name, each in self._state.tensors.items() if name.startswith("best/")}
        if self._state.stale_epochs() == 0:
            weights = self._trainer.average.network.state_dict()
            best = {f"best/{name}": each.clone() for name, each in weights.items()}
        self._state.tensors = {**self._trainer.state(), **best}
        self._state.step = self._trainer.step


def _loss(examples: EncodedExamples, settings: TrainingSettings) -> RollUpLoss:
    groups = default_labels().taxonomy(EKMAN).members
    return RollUpLoss(torch.from_numpy(examples.truth), groups, settings.coarse_weight)


def _config(settings: TrainingSettings, words: int, vector_size: int) -> CnnBiSruConfig:
    try:
        return CnnBiSruConfig(
            vocabulary_size=words,
            embedding_size=vector_size,
            label_count=len(FINE_LABELS),
            conv_channels=settings.conv_channels,
            sru_size=settings.sru_size,
            sru_layers=settings.sru_layers,
            attention_heads=settings.attention_heads,
            dropout=settings.dropout,
            embedding_dropout=settings.embedding_dropout,
            word_dropout=settings.word_dropout,
        )
    except ValueError as error:
        raise TrainingError(f"the network cannot be built: {error}") from error
