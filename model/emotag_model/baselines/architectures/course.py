"""The same training for every architecture: same words, same batches, same budget."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import torch

from emotag_model.baselines.architectures.network import ArchitectureNetwork
from emotag_model.baselines.architectures.trained import Trained
from emotag_model.baselines.architectures.trial import Trial
from emotag_model.evaluation.encoded import encode_examples, encode_texts
from emotag_model.labels import HEADS, OUTPUTS
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.text import Tokenizer
from emotag_model.training.dev import Dev
from emotag_model.training.loss import RowLoss
from emotag_model.training.trainer import Group, Trainer
from emotag_model.training.words import build_vocabulary, starting_vectors

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from emotag_model.baselines.architectures.architecture import Architecture
    from emotag_model.evaluation.encoded import EncodedExamples
    from emotag_model.training.data import TrainingData
    from emotag_model.training.run import Progress
    from emotag_model.training.settings import TrainingSettings

_SIZES = ("conv_channels", "sru_size", "attention_heads", "dropout", "embedding_dropout", "word_dropout")


@dataclass(frozen=True, eq=False)
class Course:
    """What all architectures are trained on, encoded once: the words do not depend on the network."""

    data: TrainingData
    settings: TrainingSettings
    tokenizer: Tokenizer
    train: EncodedExamples
    dev: Dev

    @classmethod
    def prepare(cls, data: TrainingData, settings: TrainingSettings, messages: int | None = None) -> Self:
        """Choose the words as `emotag train` does, and read all by them; of GoEmotions, `messages` are taken."""
        data = replace(data, train=data.train[:messages])
        labelled = [*data.train, *data.agents]
        vocabulary = build_vocabulary([each.text for each in labelled], data.vectors, settings.glove_words)
        tokenizer = Tokenizer(vocabulary, max_tokens=settings.max_tokens)
        train = encode_examples(labelled, tokenizer, len(OUTPUTS))
        return cls(data, settings, tokenizer, train, Dev.encode(data, partial(encode_texts, tokenizer=tokenizer)))

    def network(self, architecture: Architecture, seed: int) -> ArchitectureNetwork:
        """Return an untrained one whose word vectors start from GloVe."""
        torch.manual_seed(seed)
        network = ArchitectureNetwork(architecture, self._config())
        vectors = starting_vectors(self.tokenizer.vocabulary, self.data.vectors, self.settings.vector_scale, seed)
        network.embedding.weight.data.copy_(torch.from_numpy(vectors))
        return network

    def run(
        self,
        architecture: Architecture,
        seed: int,
        progress: Progress,
        clock: Callable[[], float] = time.process_time,
    ) -> Trained:
        """Train one network to the end of its epochs; seconds are those of `clock`, in training alone."""
        settings = replace(self.settings, seed=seed)
        torch.set_num_threads(settings.threads)
        network = self.network(architecture, seed)
        trainer = Trainer(network, self.train.ids, self._loss(), settings, self._groups())
        trial = Trial(trainer, self.dev)
        for epoch in range(1, settings.epochs + 1):
            progress.start_epoch(epoch, len(self.train))
            progress.end_epoch(trial.run_epoch(epoch, progress.advance, clock))
        total, beside_words = network.sizes()
        return Trained(
            architecture=architecture.name,
            seed=seed,
            settings=settings.to_dict(),
            data_digest=self.data.digest,
            messages=len(self.data.train),
            parameters=total,
            parameters_beside_words=beside_words,
            history=trial.history,
            seconds=trial.seconds,
            held_out=trial.held_out(),
        )

    def _loss(self) -> RowLoss:
        truth, settings = torch.from_numpy(self.train.truth), self.settings
        return RowLoss(HEADS, truth, settings.coarse_weight, basic=settings.basic_weight)

    def _groups(self) -> tuple[Group, ...]:
        settings = self.settings
        return Group("embedding.", settings.embedding_rate, clipped=False), Group("", 1.0, settings.weight_decay)

    def _config(self) -> CnnBiSruConfig:
        return CnnBiSruConfig(
            vocabulary_size=len(self.tokenizer.vocabulary),
            embedding_size=self.data.vectors.size,
            label_count=len(OUTPUTS),
            **{name: getattr(self.settings, name) for name in _SIZES},
        )
