"""A small CNN-BiSRU trained by the plainest recipe that works, so that only the words differ between lines."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from emotag_model.evaluation.calibrate import calibrate
from emotag_model.evaluation.encoded import EncodedExamples
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import GOEMOTIONS, OUTPUTS, Labels, default_labels, head_of
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.text import Tokenizer
from emotag_model.text.glove import WordVectors
from emotag_model.text.padding import pad
from emotag_model.training.words import starting_vectors

BATCH, RATE, EMBEDDING_RATE, WEIGHT_DECAY, EMA, LONGEST, SCALE = 64, 1.5e-3, 4.5e-4, 0.01, 0.999, 64, 0.4
_WINDOW = 50  # batches that are sorted by length together


def train(tokenizer: Tokenizer, vectors: WordVectors, examples: EncodedExamples, *, seed: int, epochs: int) -> CnnBiSru:
    """Return the averaged weights of a network trained on `examples`, encoded by `tokenizer`."""
    torch.manual_seed(seed)
    return _train(_network(tokenizer, vectors, seed), examples, seed, epochs)


def fit_labels(network: CnnBiSru, dev: EncodedExamples) -> Labels:
    """Fit calibration and thresholds to `dev`."""
    labels, logits = default_labels(), predict_logits(network, dev.ids)
    fine = {name: each for name, each in labels.taxonomies.items() if head_of(name) == GOEMOTIONS}
    fitted = {name: calibrate(each, logits, dev.truth) for name, each in fine.items()}
    return replace(labels, taxonomies=labels.taxonomies | fitted)


def _network(tokenizer: Tokenizer, vectors: WordVectors, seed: int) -> CnnBiSru:
    config = CnnBiSruConfig(
        vocabulary_size=len(tokenizer.vocabulary),
        embedding_size=vectors.size,
        label_count=len(OUTPUTS),
        dropout=0.3,
        embedding_dropout=0.2,
        word_dropout=0.05,
    )
    network = CnnBiSru(config)
    rows = starting_vectors(tokenizer.vocabulary, vectors, SCALE, seed)
    network.embedding.weight.data.copy_(torch.from_numpy(rows))
    return network


def _train(network: CnnBiSru, train: EncodedExamples, seed: int, epochs: int) -> CnnBiSru:
    words = [network.embedding.weight]
    others = [each for name, each in network.named_parameters() if not name.startswith("embedding.")]
    optimizer = torch.optim.AdamW(
        [{"params": words, "weight_decay": 0.0}, {"params": others, "weight_decay": WEIGHT_DECAY}], betas=(0.9, 0.99)
    )
    steps = epochs * math.ceil(len(train) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [EMBEDDING_RATE, RATE], total_steps=steps)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(EMA))
    truth = torch.from_numpy(train.truth)
    share = truth.mean(dim=0).clamp(min=1e-6)
    weight = ((1 - share) / share).sqrt()
    network.train()
    for rows in _batches([len(ids) for ids in train.ids], seed, epochs):
        logits = network(*pad([train.ids[row][:LONGEST] for row in rows]))
        loss: Tensor = binary_cross_entropy_with_logits(logits, truth[rows], pos_weight=weight)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        optimizer.step()
        schedule.step()
        average.update_parameters(network)
    return average.module


def _batches(lengths: list[int], seed: int, epochs: int) -> list[list[int]]:
    random, order = np.random.default_rng(seed), np.asarray(lengths)
    batches: list[list[int]] = []
    for _ in range(epochs):
        shuffled = random.permutation(len(lengths))
        windows = [shuffled[start : start + BATCH * _WINDOW] for start in range(0, len(lengths), BATCH * _WINDOW)]
        cut = [
            window[np.argsort(order[window], kind="stable")][start : start + BATCH].tolist()
            for window in windows
            for start in range(0, len(window), BATCH)
        ]
        batches += [cut[place] for place in random.permutation(len(cut))]
    return batches
