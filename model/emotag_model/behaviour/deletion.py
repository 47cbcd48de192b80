"""The deletion test of explanations: without the tokens that are said to matter, the label's score must fall.

As in DeYoung et al. (ERASER, ACL 2020), whose name for the fall is comprehensiveness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from emotag_model.evaluation.bootstrap import interval
from emotag_model.evaluation.predict import predict_logits
from emotag_model.network.evidence import contributions
from emotag_model.network.fused_classifier import fuse_classifier
from emotag_model.text import TextDataError
from emotag_model.text.padding import pad

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.evaluation.bootstrap import Interval
    from emotag_model.labels import Taxonomy
    from emotag_model.network.cnn_bisru import CnnBiSru
    from emotag_model.text.examples import Example

    Weights = list[NDArray[Any]]
    """Per message, one number per token: how much it is said to matter."""

COUNTS = (1, 2, 3)
"""How many tokens are removed."""
SHORTEST = 5
"""Messages of fewer tokens are left out: without three, little of them would be left."""
METHODS = ("evidence", "attention alone", "random")

_BATCH = 128
_INTRODUCTION = """\
Fall of the calibrated score of the tag's label (taxonomy {taxonomy}) when the k tokens with the largest weights are
removed, mean over {messages:,} messages of at least {shortest} tokens, with 95 % intervals (bootstrap over messages).
"evidence" is what an explanation returns, "attention alone" its attention without values, convolution and maximum
pooling, "random" what any token would do (seed {seed}). The last rows are differences on the same messages."""


@dataclass(frozen=True, slots=True)
class Falls:
    """By how much scores fell: per method [N, len(COUNTS)], positive where the score fell."""

    by_method: dict[str, NDArray[np.float64]]

    @property
    def messages(self) -> int:
        """N."""
        return len(next(iter(self.by_method.values())))

    def mean(self, method: str, position: int) -> Interval:
        """Mean fall without `COUNTS[position]` tokens."""
        return _mean(self.by_method[method][:, position])

    def gain(self, method: str, over: str, position: int) -> Interval:
        """How much more it is than with another method, on the same messages."""
        return _mean(self.by_method[method][:, position] - self.by_method[over][:, position])


def deletion_table(checkpoint: Checkpoint, examples: Sequence[Example], seed: int = 1) -> str:
    """Run the test on `examples` and return its Markdown. Raises TextDataError when all of them are too short."""
    falls = measure_deletion(checkpoint, [example.text for example in examples], seed)
    taxonomy = checkpoint.labels.taxonomy().name
    head = _INTRODUCTION.format(taxonomy=taxonomy, messages=falls.messages, shortest=SHORTEST, seed=seed)
    rows = [[method, *(str(falls.mean(method, at)) for at in range(len(COUNTS)))] for method in METHODS]
    rows += [
        [f"evidence - {other}", *(str(falls.gain("evidence", other, at)) for at in range(len(COUNTS)))]
        for other in METHODS[1:]
    ]
    lines = [["removed by", *(f"k = {count}" for count in COUNTS)], ["---"] * (len(COUNTS) + 1), *rows]
    return head + "\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measure_deletion(checkpoint: Checkpoint, texts: Sequence[str], seed: int = 1) -> Falls:
    """Remove tokens from every text that is long enough. Raises TextDataError when none is."""
    ids = [found for text in texts if len(found := checkpoint.tokenizer.encode(text).ids) >= SHORTEST]
    if not ids:
        raise TextDataError(f"no message has {SHORTEST} tokens or more; the deletion test needs some that do")
    network, taxonomy = checkpoint.network(), checkpoint.labels.taxonomy()
    logits = predict_logits(network, ids)
    columns = taxonomy.chosen(taxonomy.scores(logits))
    score = _scorer(network, taxonomy, columns)
    whole = score(ids)
    weights = _weights(network, ids, _decisive(taxonomy, logits, columns), seed)
    return Falls(
        {
            method: np.stack([whole - score(_without(ids, found, count)) for count in COUNTS], axis=1)
            for method, found in weights.items()
        }
    )


def _scorer(
    network: CnnBiSru, taxonomy: Taxonomy, columns: NDArray[np.intp]
) -> Callable[[Sequence[Sequence[int]]], NDArray[np.float64]]:
    """Make a function of ids of N messages that returns the scores [N] of the labels in `columns`."""

    def score(ids: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        scores = taxonomy.scores(predict_logits(network, ids))
        return scores[np.arange(len(ids)), columns].astype(np.float64)

    return score


def _decisive(taxonomy: Taxonomy, logits: NDArray[np.float32], columns: NDArray[np.intp]) -> list[int]:
    """Find the fine label that each tag's label has its logit from."""
    rows = zip(logits, columns.tolist(), strict=True)
    return [max(taxonomy.members[column], key=row.__getitem__) for row, column in rows]


def _weights(network: CnnBiSru, ids: Sequence[Sequence[int]], decisive: Sequence[int], seed: int) -> dict[str, Weights]:
    """Weights of all tokens by each of `METHODS`."""
    classifier = fuse_classifier(network)[0]
    random = np.random.default_rng(seed)
    found: dict[str, Weights] = {method: [] for method in METHODS}
    for start in range(0, len(ids), _BATCH):
        rows = ids[start : start + _BATCH]
        with torch.inference_mode():
            readings = network.read(*pad(rows))[1]
            evidence, attention = contributions(readings, classifier).numpy(), readings.weights.mean(dim=1).numpy()
        for row, tokens in enumerate(rows):
            found["evidence"].append(evidence[row, : len(tokens), decisive[start + row]])
            found["attention alone"].append(attention[row, : len(tokens)])
            found["random"].append(random.random(len(tokens)))
    return found


def _without(ids: Sequence[Sequence[int]], weights: Weights, count: int) -> list[list[int]]:
    """Leave the `count` tokens with the largest weights out of every message; of equal ones the first."""
    left = []
    for tokens, own in zip(ids, weights, strict=True):
        removed = set(np.argsort(-own, kind="stable")[:count].tolist())
        left.append([token for place, token in enumerate(tokens) if place not in removed])
    return left


def _mean(values: NDArray[np.float64]) -> Interval:
    tally = np.stack([values, np.ones_like(values)], axis=1)[:, :, None]  # [N, 2, 1]: sums and counts
    return interval(tally, lambda sums: sums[..., 0, 0] / sums[..., 1, 0])
