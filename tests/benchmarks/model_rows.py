"""The lines of the model: one core, 24-token messages, in batches of 64 against the same tokens through each baseline."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.folded import FoldedCnnBiSru
from emotag_model.network.token_batch import TokenBatch
from emotag_model.sru.layer import BiSru
from emotag_model.sru.naive import naive_bisru
from tests.benchmarks import transformers_baseline
from tests.benchmarks.row import Row, compare

BATCH = 64
TOKENS = 24
SECONDS = 0.5
BARS = {("BiSRU channel as served, one core", "PyPI sru 2.6.0"): ">= 10"}


def rows(repeats: int) -> Iterator[Row]:
    """Measure the shipped checkpoint's network as the engine runs it; threads stay at one for every subject."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    with torch.inference_mode():
        yield from _model_rows(repeats)
        yield from _sru_rows(repeats)


def _model_rows(repeats: int) -> Iterator[Row]:
    network, folded, ids, lengths = _subjects()
    mine = _rate(lambda: folded.predict(ids, lengths))
    for name, make, bar in (
        ("DistilRoBERTa-sized, fp32", transformers_baseline.distilroberta, ">= 100"),
        ("MiniLM-L6-sized, fp32", transformers_baseline.minilm, ""),
    ):
        yield compare(
            "model, one core", "messages/s", mine, name, _rate(_forward(make(), ids)), repeats=repeats, bar=bar
        )
    plain = _rate(lambda: network(ids, lengths))
    yield compare("model, one core", "messages/s", mine, "itself as trained (not folded)", plain, repeats=repeats)


def _subjects() -> tuple[CnnBiSru, FoldedCnnBiSru, Tensor, Tensor]:
    """The shipped network, the same folded as it is served, and one batch of random words."""
    network = Checkpoint.load(default_checkpoint()).network().eval()
    ids = torch.randint(2, network.config.vocabulary_size, (BATCH, TOKENS))
    return network, FoldedCnnBiSru.from_network(network), ids, torch.full((BATCH,), TOKENS)


def _forward(encoder: torch.nn.Module, ids: Tensor) -> Callable[[], object]:
    ids, mask = ids % 30_000, torch.ones_like(ids)
    return lambda: encoder(input_ids=ids, attention_mask=mask)


def _sru_rows(repeats: int) -> Iterator[Row]:
    """The layer by itself, and the channel as it is served: from token ids, its projections looked up."""
    layer = BiSru(100, 64).eval()
    inputs = torch.randn(TOKENS, BATCH, 100)  # [T, B, E]
    mask = torch.ones(TOKENS, BATCH, dtype=torch.bool)
    _, folded, ids, lengths = _subjects()
    subjects = {
        "BiSRU layer, one core": _rate(lambda: layer(inputs, mask)),
        "BiSRU channel as served, one core": _rate(lambda: folded.sru(TokenBatch.of(ids, lengths))),
    }
    baselines = {"naive reference": _rate(lambda: naive_bisru(inputs, mask, layer.weights))}
    if (published := _published_sru()) is not None:
        baselines["PyPI sru 2.6.0"] = _rate(lambda: published(inputs))
    for what, mine in subjects.items():
        for name, other in baselines.items():
            yield compare(what, "messages/s", mine, name, other, repeats=repeats, bar=BARS.get((what, name), ""))


def _published_sru() -> Callable[[Tensor], object] | None:
    """The `sru` package's layer, or None where it cannot compile itself."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that it has no CUDA
            from sru import SRU  # noqa: PLC0415 - compiles C++ at import
    except (ImportError, OSError, RuntimeError):
        return None
    layer: Callable[[Tensor], object] = SRU(100, 64, num_layers=1, bidirectional=True).eval()
    return layer


def _rate(step: Callable[[], object]) -> Callable[[], float]:
    """A measurement of `step`: messages per second over about `SECONDS`."""

    def measure() -> float:
        began = time.perf_counter()
        steps = 0
        while (elapsed := time.perf_counter() - began) < SECONDS:
            step()
            steps += 1
        return steps * BATCH / elapsed

    return measure
