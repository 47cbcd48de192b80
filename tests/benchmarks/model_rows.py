"""The lines of the model: one core, distinct real comments, each subject against what came before it or what others use."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle

import numpy as np
import torch

from emotag.local import EmotionTagger
from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.labels.verdict import verdicts
from emotag_model.native.model import NativeModel
from emotag_model.native.network import concatenate
from emotag_model.native.scores import native_taxonomy
from emotag_model.network.folded import FoldedCnnBiSru
from emotag_model.sru.layer import BiSru
from emotag_model.sru.naive import naive_bisru
from emotag_model.text import Tokenizer
from emotag_model.text.padding import pad
from tests.benchmarks import transformers_baseline
from tests.benchmarks.row import Row, compare
from tests.benchmarks.texts import long_texts, short_texts

BATCH = 64
TEXTS = 20_000
SECONDS = 0.5
KERNELS = ("amx", "vnni", "avx512", "avx2", "neon")
SHORT_TOKENS, SHORT_BATCH = 24, 64  # of the SRU's lines
SRU_BAR = ("BiSRU channel as served, one core", "PyPI sru 2.6.0")


def rows(repeats: int) -> Iterator[Row]:
    """Measure the shipped checkpoint as the engine runs it; threads stay at one for every subject."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    checkpoint = Checkpoint.load(default_checkpoint())
    native = NativeModel.load(checkpoint)
    with torch.inference_mode():
        yield _encoder_row(checkpoint, native, repeats)
        yield from _network_rows(checkpoint, native, repeats)
        yield from _kernel_rows(checkpoint, native, repeats)
        yield from _text_rows(checkpoint, native, repeats)
        yield from _sru_rows(native, repeats)


def _encoder_row(checkpoint: Checkpoint, native: NativeModel, repeats: int) -> Row:
    """Texts never seen before: the tokenizer in Python is made anew for each pass, since it remembers chunks."""
    batches = _batches(short_texts(TEXTS))

    def in_python() -> float:
        plain = Tokenizer(checkpoint.tokenizer.vocabulary, rules=checkpoint.tokenizer.rules)
        plain.encode("a wamrthly wecloming")  # its index of misspelt words is made at the first word that needs it
        return _rate(lambda texts: [plain.encode(text) for text in texts], batches)()

    mine = _rate(native.encoder.encode_all, batches)
    return compare("text to ids", "texts/s", mine, "tokenizer in Python", in_python, repeats=repeats, bar=">= 9")


def _network_rows(checkpoint: Checkpoint, native: NativeModel, repeats: int) -> Iterator[Row]:
    """Ids of real texts, in batches as they come; what was served before grouped them by length, and so may the folded."""
    folded = FoldedCnnBiSru.from_network(checkpoint.network())
    for name, texts in (("comments", short_texts(TEXTS)), ("agents' messages", long_texts(TEXTS // 4))):
        ids = [native.encoder.encode(text).ids or [1] for text in texts]
        ragged = [concatenate(part) for part in _batches(ids)]
        padded = [pad(part) for part in _batches(sorted(ids, key=len))]
        np.random.default_rng(0).shuffle(padded := list(padded))
        yield compare(
            f"network, one core, {name}",
            "messages/s",
            _rate(lambda part: native.network.predict(*part), ragged, size=BATCH),
            "folded in torch, grouped by length",
            _rate(lambda part: folded.predict(*part), padded, size=BATCH),
            repeats=repeats,
            bar=">= 3" if name == "comments" else "",
        )


def _kernel_rows(checkpoint: Checkpoint, native: NativeModel, repeats: int) -> Iterator[Row]:
    """What each instruction set of this machine gives, against plain vectors of four."""
    ids = [native.encoder.encode(text).ids or [1] for text in short_texts(TEXTS)]
    parts = [concatenate(part) for part in _batches(ids)]

    def rate(kernel: str) -> Callable[[], float]:
        network = NativeModel.load(checkpoint, kernel=kernel).network
        return _rate(lambda part: network.predict(*part), parts, size=BATCH)

    plain = rate("portable")
    for kernel in filter(native.network.library.has_kernel, KERNELS):
        yield compare(f"network by {kernel}, comments", "messages/s", rate(kernel), "portable", plain, repeats=repeats)


def _text_rows(checkpoint: Checkpoint, native: NativeModel, repeats: int) -> Iterator[Row]:
    """Text in, label out."""
    texts = short_texts(TEXTS)
    scale = native_taxonomy(checkpoint.labels.taxonomy())  # what serves computes scores by the core, too

    def label(part: Sequence[str]) -> object:
        return verdicts(scale, scale.scores(native.read(part).logits))

    mine = _rate(label, _batches(texts))
    lengths = [len(native.encoder.encode(text).ids) + 4 for text in texts]  # word pieces: a few more than tokens
    for name, make, bar in (
        ("DistilRoBERTa-sized, fp32", transformers_baseline.distilroberta, ">= 600"),
        ("MiniLM-L6-sized, fp32", transformers_baseline.minilm, ""),
    ):
        encoder = make()
        parts = [pad([[7] * length for length in part]) for part in _batches(sorted(lengths))[::16]]

        def forward(part: tuple[torch.Tensor, torch.Tensor], encoder: torch.nn.Module = encoder) -> object:
            ids, counts = part
            return encoder(input_ids=ids, attention_mask=(torch.arange(ids.shape[1]) < counts[:, None]).long())

        yield compare(
            "text to label, one core",
            "messages/s",
            mine,
            f"{name}, its ids given",
            _rate(forward, parts, size=BATCH),
            repeats=repeats,
            bar=bar,
        )
    tagger, folded = EmotionTagger(), FoldedCnnBiSru.from_network(checkpoint.network())

    def before(part: Sequence[str]) -> object:
        return verdicts(scale, scale.scores(folded.predict(*pad([checkpoint.tokenizer.encode(part[0]).ids])).numpy()))

    yield compare(
        "one message in process, text to tag",
        "messages/s",
        _rate(tagger.tag, _batches(texts, 1)),
        "tokenizer in Python and folded in torch",
        _rate(before, _batches(texts, 1)),
        repeats=repeats,
        bar=">= 9",
    )


def _sru_rows(native: NativeModel, repeats: int) -> Iterator[Row]:
    """The layer by itself, and the channel as the core serves it: from token ids, its projections looked up."""
    layer = BiSru(100, 64).eval()
    inputs = torch.randn(SHORT_TOKENS, SHORT_BATCH, 100)  # [T, B, E]
    mask = torch.ones(SHORT_TOKENS, SHORT_BATCH, dtype=torch.bool)
    # The same batch again and again for every subject: rows, as often as real words are, and inputs are in the cache.
    words = [word for text in short_texts(4 * SHORT_BATCH) for word in native.encoder.encode(text).ids]
    ids = np.array(words[: SHORT_BATCH * SHORT_TOKENS], np.int32)
    lengths = np.full(SHORT_BATCH, SHORT_TOKENS, np.int32)
    subjects: dict[str, Callable[[object], object]] = {
        "BiSRU layer, one core": lambda _: layer(inputs, mask),
        "BiSRU channel as served, one core": lambda _: native.network.states(ids, lengths),
    }
    baselines: dict[str, Callable[[object], object]] = {
        "naive reference": lambda _: naive_bisru(inputs, mask, layer.weights)
    }
    if (published := _published_sru()) is not None:
        baselines["PyPI sru 2.6.0"] = lambda _: published(inputs)
    for what, mine in subjects.items():
        for name, other in baselines.items():
            yield compare(
                what,
                "messages/s",
                _rate(mine, [None], size=SHORT_BATCH),
                name,
                _rate(other, [None], size=SHORT_BATCH),
                repeats=repeats,
                bar=">= 15" if (what, name) == SRU_BAR else "",
            )


def _published_sru() -> Callable[[torch.Tensor], object] | None:
    """The `sru` package's layer, or None where it cannot compile itself."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that it has no CUDA
            from sru import SRU  # noqa: PLC0415 - compiles C++ at import
    except (ImportError, OSError, RuntimeError):
        return None
    layer: Callable[[torch.Tensor], object] = SRU(100, 64, num_layers=1, bidirectional=True).eval()
    return layer


def _batches(items: Sequence, size: int = BATCH) -> list:
    return [items[start : start + size] for start in range(0, len(items) - size + 1, size)]


def _rate(step: Callable, batches: Sequence, size: int = 0) -> Callable[[], float]:
    """A measurement of `step`: messages per second over about `SECONDS`, each time of batches that come next."""
    rest = cycle(batches)

    def measure() -> float:
        began = time.perf_counter()
        done = 0
        while (elapsed := time.perf_counter() - began) < SECONDS:
            part = next(rest)
            step(part)
            done += size or len(part)
        return done / elapsed

    return measure
