"""Print what storing numbers in fewer bits costs: `python -m tests.benchmarks.precision --data DATA`.

Word vectors are most of a checkpoint. A run folder (`--run`) has them in float32, as they were trained; a checkpoint,
in float16. int8 has one scale per row, its largest number being 127. Calibration and thresholds stay the checkpoint's.

The second table is of the native core: of its folded table of words, whose size is what a message waits for when memory
is slow, and of products in whole numbers, where this machine has them. Tags that differ are counted on distinct messages.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.evaluation.document import table
from emotag_model.evaluation.encoded import EncodedExamples, encode_examples, truth_of
from emotag_model.evaluation.evaluate import report_all
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import BASIC, EKMAN, FINE_LABELS, GOEMOTIONS, OUTPUTS
from emotag_model.labels.verdict import verdicts
from emotag_model.native.library import load_library
from emotag_model.native.model import NativeModel
from emotag_model.network.shapes import EMBEDDING
from emotag_model.text.examples import load_examples
from emotag_model.training.state import RunState
from tests.benchmarks.texts import long_texts, short_texts

_FLOAT16 = "float16"
Kind = Literal["float32", "float16"]
_TABLE_HEAD = (
    *(
        "folded table, products",
        "MB",
        "macro-F1, Ekman",
        "macro-F1, 28 labels",
        "`basic` tags that differ",
        "`goemotions`",
    ),
    *("comments/s", "agents' messages/s"),
)


def stored(rows: torch.Tensor) -> dict[str, torch.Tensor]:
    """Rows [V, D] in float32 → what is read back of them after each way of storing them."""
    scale = rows.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
    return {_FLOAT16: rows.half().float(), "int8, a scale per row": (rows / scale).round() * scale}


def size(way: str, rows: torch.Tensor) -> float:
    """MB that rows [V, D] take."""
    count, width = rows.shape
    each = {"float32": 4 * width, _FLOAT16: 2 * width}.get(way, width + 4)
    return count * each / 1e6


def main() -> int:
    """Print a line per way, differences being to float16, which ships."""
    args = _arguments()
    checkpoint = Checkpoint.load(args.checkpoint)
    examples = load_examples(args.data / "text" / "goemotions" / "dev.jsonl.gz", FINE_LABELS)
    dev = encode_examples(examples, checkpoint.tokenizer, len(OUTPUTS))
    rows = checkpoint.network().embedding.weight.detach()
    ways = stored(rows)
    if args.run:
        whole = RunState.load(args.run).tensors[f"best/{EMBEDDING}"].float()
        ways = {"float32": whole, **stored(whole)}
    logits = {way: _logits(checkpoint, rows, dev) for way, rows in ways.items()}
    print("| word vectors | MB | macro-F1, Ekman | macro-F1, 28 labels | largest change of a logit |")
    print("| --- | --- | --- | --- | --- |")
    for way, found in logits.items():
        macro = {each.taxonomy: each.macro_f1 for each in report_all(checkpoint.labels, found, dev.truth)}
        change = float(np.abs(found - logits[_FLOAT16]).max())
        print(f"| {way} | {size(way, rows):.1f} | {macro[EKMAN]:.4f} | {macro[GOEMOTIONS]:.4f} | {change:.4f} |")
    print()
    print(table(_TABLE_HEAD, table_rows(checkpoint, args.data, args.messages)))
    return 0


def table_rows(checkpoint: Checkpoint, data: Path, messages: int) -> list[list[str]]:
    """Return a line for each precision of the folded table and of products, differences being to float32."""
    examples = load_examples(data / "text" / "goemotions" / "dev.jsonl.gz", FINE_LABELS)
    truth = truth_of(examples, len(OUTPUTS))
    texts = [*short_texts(messages // 2), *long_texts(messages // 2)]
    models = {f"{kind}, {kernel}": NativeModel.load(checkpoint, kind, kernel) for kind, kernel in _computed()}
    said = {way: _tags(checkpoint, model, texts) for way, model in models.items()}
    exact = said[next(iter(models))]
    rows = []
    for way, model in models.items():
        found = model.read([each.text for each in examples]).logits
        macro = {each.taxonomy: each.macro_f1 for each in report_all(checkpoint.labels, found, truth)}
        flips = {
            name: sum(one != other for one, other in zip(said[way][name], exact[name], strict=True))
            for name in (BASIC, GOEMOTIONS)
        }
        megabytes = model.network.table_bytes / 1e6
        rates = [_rate(model, texts[:half] if short else texts[half:]) for half, short in _halves(len(texts))]
        rows.append(
            [
                *(way, f"{megabytes:.0f}", f"{macro[EKMAN]:.4f}", f"{macro[GOEMOTIONS]:.4f}"),
                *(f"{flips[name]} of {len(texts):,}" for name in (BASIC, GOEMOTIONS)),
                *(f"{rate:,.0f}" for rate in rates),
            ]
        )
    return rows


def _computed() -> list[tuple[Kind, str]]:
    """Precision of the table and kernel of each line: the best exact one of this machine, then the one that rounds."""
    has = load_library().has_kernel
    exact = next(name for name in ("avx512", "avx2", "neon", "portable") if has(name))
    rounding = next(filter(has, ("amx", "vnni")), None)
    return [("float32", exact), ("float16", exact), *([("float16", rounding)] if rounding else [])]


def _halves(count: int) -> list[tuple[int, bool]]:
    return [(count // 2, True), (count // 2, False)]


def _tags(checkpoint: Checkpoint, model: NativeModel, texts: Sequence[str]) -> dict[str, list[str]]:
    logits = model.read(texts).logits
    scales = checkpoint.labels.taxonomies
    return {name: [each.label for each in verdicts(scale, scale.scores(logits))] for name, scale in scales.items()}


def _rate(model: NativeModel, texts: Sequence[str]) -> float:
    """Messages per second, text to logits, the best of five passes in batches of 64."""
    best = 0.0
    for _ in range(5):
        began = time.perf_counter()
        for start in range(0, len(texts), 64):
            model.read(texts[start : start + 64])
        best = max(best, len(texts) / (time.perf_counter() - began))
    return best


def _logits(checkpoint: Checkpoint, rows: torch.Tensor, dev: EncodedExamples) -> np.ndarray:
    network = checkpoint.network()
    with torch.no_grad():
        network.embedding.weight.copy_(rows)
    return predict_logits(network, dev.ids)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.precision", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder as `emotag train` takes it (required)")
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint(), help="(default: the one that ships)")
    parser.add_argument("--run", type=Path, help="its run folder, for float32 (default: float16 is where it begins)")
    parser.add_argument("--messages", type=int, default=20_000, help="to compare tags of (default: %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
