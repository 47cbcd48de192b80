"""The shipped checkpoint computed by the native core: what every peer serves, and what its replies are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.labels.verdict import verdicts
from emotag_model.native.model import NativeModel


class Tagging:
    """Texts to labels, without anything of emotag's service; needs numpy and safetensors only."""

    def __init__(self) -> None:
        checkpoint = Checkpoint.load(default_checkpoint())
        self._model = NativeModel.load(checkpoint)
        self._taxonomy = checkpoint.labels.taxonomy()

    def labels(self, texts: Sequence[str]) -> list[str]:
        """Return the label of each text."""
        if not texts:
            return []
        scores = self._taxonomy.scores(self._model.read(texts).logits)
        return [said.label for said in verdicts(self._taxonomy, scores)]

    def batch(self, requests: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return the labels of each request, computed in one call: what a peer does with those that it gathered."""
        labels = self.labels([text for texts in requests for text in texts])
        ends = accumulate(map(len, requests), initial=0)
        return [labels[start:end] for start, end in pairwise(ends)]

    def readable(self, texts: Sequence[str]) -> list[str]:
        """Return the texts that have something to read: others have no label but an error."""
        lengths = self._model.read(texts).lengths
        return [text for text, length in zip(texts, lengths, strict=True) if length]
