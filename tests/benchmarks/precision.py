"""Print what storing word vectors in fewer bits costs: `python -m tests.benchmarks.precision --data DATA`.

Word vectors are most of a checkpoint. A run folder (`--run`) has them in float32, as they were trained; a checkpoint,
in float16. int8 has one scale per row, its largest number being 127. Calibration and thresholds stay the checkpoint's.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.evaluation import EncodedExamples, encode_examples, predict_logits
from emotag_model.evaluation.evaluate import report_all
from emotag_model.labels import EKMAN, FINE_LABELS, GOEMOTIONS, OUTPUTS
from emotag_model.text.examples import load_examples
from emotag_model.training.state import RunState

EMBEDDING = "embedding.weight"
_FLOAT16 = "float16"


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
    return 0


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
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
