"""Measures one replica of a checkpoint on a device: speed, latency, and whether its scores are the CPU's."""

from __future__ import annotations

import statistics
import time
from collections import deque
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import accumulate, cycle
from random import Random
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from emotag_model.labels.verdict import verdicts
from emotag_model.reader import load_reader
from emotag_service.engine.plans import plan_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from emotag_model.checkpoint import Checkpoint
    from emotag_service.engine.predictors.protocol import Prediction, Predictor

SIZES = (1, 16, 64, 256)
TRANSFORMER_BATCH = 64
_TEXTS, _CHECKED, _AT_ONCE = 8_192, 2_048, 256
_WORDS = (3, 26)  # of a text: as GoEmotions' comments
_MOST_DIFFERENT, _MOST_FLIPPED = 0.05, 0.01  # of a score, and share of labels: half precision takes less

T = TypeVar("T")


@dataclass(frozen=True)
class BatchSpeed:
    """Messages a second in batches of a size, as many of them in flight as the predictor asks for."""

    size: int
    rate: float


@dataclass(frozen=True)
class Latency:
    """Milliseconds of one message alone, text in, logits out."""

    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Transformer:
    """The transformer on the same device, given ids; `ratio` is how much faster the model is in the same batches."""

    size: int
    rate: float
    ratio: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Check:
    """How far scores of the default taxonomy are from the CPU's."""

    reference: str
    messages: int
    largest_difference: float
    labels_flipped: int

    @property
    def agrees(self) -> bool:
        """Whether that is what half precision explains."""
        few = self.labels_flipped <= _MOST_FLIPPED * self.messages
        return few and self.largest_difference <= _MOST_DIFFERENT


@dataclass(frozen=True)
class Report:
    """All that was measured."""

    model: str
    device: str
    computes: str
    batches: tuple[BatchSpeed, ...]
    single: Latency
    transformer: Transformer | None
    check: Check


def measure(checkpoint: Checkpoint, devices: str, seconds: float) -> Report:
    """Measure the first replica that `devices` names, each figure over so many seconds.

    Raises DeviceError when there is no such device.
    """
    model = plan_model(checkpoint, devices)
    plan, texts = model.replicas[0], made_texts(checkpoint, _TEXTS)
    predictor = plan.build()
    try:
        batches = tuple(BatchSpeed(size, throughput(predictor, texts, size, seconds)) for size in SIZES)
        single = _summary(_times(lambda text: predictor.launch([text], evidence=False)(), texts, seconds))
        check = _check(checkpoint, predictor, texts[:_CHECKED])
    finally:
        predictor.close()
    rate = next(each.rate for each in batches if each.size == TRANSFORMER_BATCH)
    name = f"{checkpoint.identity.name} {checkpoint.identity.version}"
    return Report(
        name, plan.name, model.computes, batches, single, _transformer(plan.name, texts, rate, seconds), check
    )


def made_texts(checkpoint: Checkpoint, count: int) -> list[str]:
    """Return distinct texts of the checkpoint's words, by Zipf's law in the order of its vocabulary."""
    words = [word for word in checkpoint.tokenizer.vocabulary.words if word.isalpha()]
    random = Random(1)  # noqa: S311 - the same texts each time, and no secret
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    drawn = (random.choices(words, cum_weights=weights, k=random.randint(*_WORDS)) for _ in range(2 * count))
    texts = dict.fromkeys(" ".join(text) for text in drawn)
    return list(texts)[:count]


def throughput(predictor: Predictor, texts: Sequence[str], size: int, seconds: float) -> float:
    """Return messages a second in batches of `size`, after one of each that is not counted."""
    parts = [texts[start : start + size] for start in range(0, len(texts) - size + 1, size)]
    for part in parts[: max(1, 1_024 // size)]:  # graphs are captured, and the processor wakes up
        predictor.launch(part, evidence=False)()
    flight: deque[Callable[[], Prediction]] = deque()
    done, began = 0, time.perf_counter()
    for part in cycle(parts):
        flight.append(predictor.launch(part, evidence=False))
        if len(flight) == predictor.depth:
            flight.popleft()()
            done += size
            if (elapsed := time.perf_counter() - began) >= seconds:
                break
    for collect in flight:
        collect()
    return done / elapsed


def _times(compute: Callable[[T], object], given: Sequence[T], seconds: float) -> Iterator[float]:
    """Yield the seconds of one call after the other."""
    began = time.perf_counter()
    for each in cycle(given):
        before = time.perf_counter()
        compute(each)
        after = time.perf_counter()
        yield after - before
        if after - began >= seconds:
            return


def _summary(times: Iterator[float]) -> Latency:
    found = list(times)
    cuts = statistics.quantiles(found * 2, n=100, method="inclusive")  # twice, since one may be all there is
    return Latency(cuts[49] * 1e3, cuts[98] * 1e3)


def _check(checkpoint: Checkpoint, predictor: Predictor, texts: Sequence[str]) -> Check:
    reader, taxonomy = load_reader(checkpoint), checkpoint.labels.taxonomy()
    differences, flipped = [0.0], 0
    for start in range(0, len(texts), _AT_ONCE):
        part = texts[start : start + _AT_ONCE]
        prediction, truth = predictor.launch(part, evidence=False)(), reader.read(part)
        read = truth.lengths > 0
        ours, theirs = (taxonomy.scores(logits[read]) for logits in (prediction.logits, truth.logits))
        differences.append(float(np.abs(ours - theirs).max(initial=0.0)))
        pairs = zip(verdicts(taxonomy, ours), verdicts(taxonomy, theirs), strict=True)
        flipped += sum(one.label != other.label for one, other in pairs)
    return Check(reader.name, len(texts), float(np.max(differences)), flipped)  # of numpy, to which no number is most


def _transformer(device: str, texts: Sequence[str], rate: float, seconds: float) -> Transformer | None:
    if find_spec("torch") is None:
        return None
    from emotag_model.network.transformer import SizedTransformer  # noqa: PLC0415 - imports torch, seconds

    other = SizedTransformer("cpu" if device.startswith("cpu") else device)
    lengths = [len(text.split()) + 4 for text in texts]  # word pieces: a few more than words
    parts = [sorted(lengths)[start : start + TRANSFORMER_BATCH] for start in range(0, len(texts), TRANSFORMER_BATCH)]
    Random(1).shuffle(parts)  # noqa: S311 - grouped by length, and no length favoured
    other.compute(parts[0])
    times = list(_times(other.compute, parts, seconds))
    theirs = TRANSFORMER_BATCH * len(times) / sum(times)
    single = _summary(_times(lambda length: other.compute([length]), lengths, seconds))
    return Transformer(TRANSFORMER_BATCH, theirs, rate / theirs, single.p50_ms, single.p99_ms)
