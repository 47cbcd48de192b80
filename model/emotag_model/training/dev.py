"""What a run is judged by: the held-out messages of every head, and what a network makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emotag_model.evaluation.calibrate import calibrate
from emotag_model.evaluation.encoded import EncodedExamples, truth_of
from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.outcome import taxonomy_outcome
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import BASIC, GOEMOTIONS, OUTPUTS, default_labels, head_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from emotag_model.evaluation.outcome import Outcome
    from emotag_model.labels import Labels
    from emotag_model.text.examples import Example
    from emotag_model.training.data import TrainingData

    Pair = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class Dev:
    """Encoded messages to choose by, per head."""

    heads: Mapping[str, EncodedExamples]

    @classmethod
    def encode(cls, data: TrainingData, encode: Callable[[Sequence[Example]], list[list[int]]]) -> Dev:
        """Encode the dev messages of `data`."""
        found = {GOEMOTIONS: data.dev, BASIC: data.agents_dev}
        return cls({head: EncodedExamples(encode(each), truth_of(each, len(OUTPUTS))) for head, each in found.items()})

    def logits(self, network: nn.Module) -> dict[str, NDArray[np.float32]]:
        """Return the logits [N, F] of each head's messages."""
        return {head: predict_logits(network, each.ids) for head, each in self.heads.items()}

    def calibrated(self, logits: Mapping[str, NDArray[np.float32]]) -> Labels:
        """Return all taxonomies with scores and thresholds fitted to these messages."""
        labels = default_labels()
        fitted = {name: calibrate(each, *self.of(name, logits)) for name, each in labels.taxonomies.items()}
        return replace(labels, taxonomies=fitted)

    def outcomes(self, labels: Labels, logits: Mapping[str, NDArray[np.float32]]) -> list[Outcome]:
        """Return what each taxonomy gives these messages."""
        return [taxonomy_outcome(each, *self.of(name, logits), MACRO) for name, each in labels.taxonomies.items()]

    def of(self, taxonomy: str, logits: Mapping[str, NDArray[np.float32]]) -> Pair:
        """Return the logits and the truth, both [N, F], that a taxonomy is judged by."""
        head = head_of(taxonomy)
        return logits[head], self.heads[head].truth
