"""One training, and what its network makes of texts when parts of the words are switched off."""

from __future__ import annotations

from typing import Any

from emotag_model.checkpoint import Checkpoint
from emotag_model.evaluation.encoded import EncodedExamples, encode_examples
from emotag_model.evaluation.evaluate import report_all
from emotag_model.labels import EKMAN, GOEMOTIONS, OUTPUTS, Labels
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.text import Tokenizer
from emotag_model.text.examples import Example
from emotag_model.training.data import TrainingData
from tests.benchmarks.ablation.noise import typed_badly
from tests.benchmarks.ablation.parts import PARTS, RECIPES
from tests.benchmarks.ablation.predictions import Predictions
from tests.benchmarks.ablation.training import fit_labels, train
from tests.benchmarks.ablation.unknown import unknown_rate

Line = dict[str, Any]


def measure(recipe: str, seed: int, epochs: int, data: TrainingData, sets: dict[str, list[str]]) -> list[Line]:
    """Return the figures of the recipe and, for the whole, those of every part switched off as it reads.

    With no epochs, the shares of unknown tokens alone.
    """
    tokenizer = RECIPES[recipe].tokenizer([each.text for each in data.train], data.vectors)
    scorer = _scorer(tokenizer, data, seed, epochs) if epochs else None
    readers = {RECIPES[recipe].name: tokenizer, **(_switched_off(tokenizer) if recipe == "whole" else {})}
    place = {"recipe": recipe, "seed": seed, "epochs": epochs}
    return [place | _line(name, reader, sets, scorer) for name, reader in readers.items()]


def measure_checkpoint(checkpoint: Checkpoint, dev: list[Example], sets: dict[str, list[str]]) -> list[Line]:
    """Return the figures of a checkpoint, and those of every part switched off as it reads."""
    scorer = Scorer(checkpoint.network(), checkpoint.labels, dev)
    readers = {checkpoint.identity.name: checkpoint.tokenizer, **_switched_off(checkpoint.tokenizer)}
    place = {"recipe": checkpoint.identity.digest, "seed": 0, "epochs": 0}
    return [place | _line(name, reader, sets, scorer) for name, reader in readers.items()]


def _switched_off(whole: Tokenizer) -> dict[str, Tokenizer]:
    return {f"− {part.name}": part.without(whole) for part in PARTS}


def _line(name: str, reader: Tokenizer, sets: dict[str, list[str]], scorer: Scorer | None) -> Line:
    unknown = {each: unknown_rate(reader, texts) for each, texts in sets.items()}
    scores = scorer.score(reader) if scorer else {}
    return {"name": name, "rows": len(reader.vocabulary), "unknown": unknown, "scores": scores}


def _scorer(tokenizer: Tokenizer, data: TrainingData, seed: int, epochs: int) -> Scorer:
    network = train(tokenizer, data.vectors, _encode(data.train, tokenizer), seed=seed, epochs=epochs)
    return Scorer(network, fit_labels(network, _encode(data.dev, tokenizer)), data.dev)


class Scorer:
    """Macro-F1 of a network and its thresholds, whatever reads the messages for it."""

    def __init__(self, network: CnnBiSru, labels: Labels, dev: list[Example]) -> None:
        self._predictions, self._labels = Predictions(network), labels
        self._sets = {"": dev, ", badly": typed_badly(dev)}

    def score(self, reader: Tokenizer) -> dict[str, float]:
        """Return macro-F1 on dev as it is and typed badly, read by `reader`."""
        scores: dict[str, float] = {}
        for suffix, examples in self._sets.items():
            encoded = _encode(examples, reader)
            reports = report_all(self._labels, self._predictions.logits(encoded.ids), encoded.truth)
            macro = {report.taxonomy: report.macro_f1 for report in reports}
            scores |= {f"Ekman{suffix}": macro[EKMAN], f"28{suffix}": macro[GOEMOTIONS]}
        return scores


def _encode(examples: list[Example], tokenizer: Tokenizer) -> EncodedExamples:
    return encode_examples(examples, tokenizer, len(OUTPUTS))
