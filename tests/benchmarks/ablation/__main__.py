"""Print, as Markdown, what each part of the words is worth: `python -m tests.benchmarks.ablation --data DATA`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import mean, stdev

import torch

from emotag_model.evaluation import encode_examples
from emotag_model.labels import FINE_LABELS
from emotag_model.training.data import TrainingData, load_data
from tests.benchmarks.ablation.parts import PARTS
from tests.benchmarks.ablation.training import macro_f1
from tests.benchmarks.ablation.unknown import SETS, read_sets, unknown_rate


def main() -> int:
    """Measure part by part; every figure goes to `--out` as it comes, so that a run can be broken off and resumed."""
    args = _arguments()
    torch.set_num_threads(1)
    data, sets = load_data(args.data), read_sets(args.data)
    done = [json.loads(line) for line in args.out.read_text().splitlines()] if args.out.is_file() else []
    for part, seed in ((part, seed) for seed in range(1, args.seeds + 1) for part in args.parts):
        if not any((row["part"], row["seed"], row["epochs"]) == (part, seed, args.epochs) for row in done):
            done.append(_measure(part, seed, args.epochs, data, sets))
            with args.out.open("a") as lines:
                lines.write(json.dumps(done[-1]) + "\n")
            print(done[-1], file=sys.stderr)
    print(table([row for row in done if row["epochs"] == args.epochs]))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ablation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder as `emotag train` takes it (required)")
    parser.add_argument(
        "--out", type=Path, default=Path("ablation.jsonl"), help="figures so far (default: %(default)s)"
    )
    parser.add_argument("--parts", choices=PARTS, nargs="+", default=list(PARTS), help="lines (default: all)")
    parser.add_argument("--seeds", type=int, default=3, help="trainings per line (default: %(default)s)")
    parser.add_argument(
        "--epochs", type=int, default=4, help="epochs each; 0: unknown tokens alone (default: %(default)s)"
    )
    return parser.parse_args()


def _measure(part: str, seed: int, epochs: int, data: TrainingData, sets: dict[str, list[str]]) -> dict[str, object]:
    tokenizer = PARTS[part].tokenizer([each.text for each in data.train], data.vectors)
    row: dict[str, object] = {"part": part, "seed": seed, "epochs": epochs, "rows": len(tokenizer.vocabulary)}
    row |= {"unknown": {name: unknown_rate(tokenizer, texts) for name, texts in sets.items()}}
    if epochs:
        train = encode_examples(data.train, tokenizer, len(FINE_LABELS))
        dev = encode_examples(data.dev, tokenizer, len(FINE_LABELS))
        row["ekman"], row["fine"] = macro_f1(tokenizer, data.vectors, train, dev, seed=seed, epochs=epochs)
    return row


def table(rows: list[dict[str, object]]) -> str:
    """Return the Markdown table of what was measured, a line per part."""
    lines = [
        f"| words | rows | {' | '.join(f'unknown, {name}' for name in SETS)} | Ekman macro-F1 | 28 labels macro-F1 |",
        f"|---|---|{'---|' * len(SETS)}---|---|",
    ]
    for part in PARTS:
        if found := [row for row in rows if row["part"] == part]:
            unknown = " | ".join("–" if rate is None else f"{rate:.2%}" for rate in found[0]["unknown"].values())
            scores = " | ".join(_spread([row[name] for row in found if name in row]) for name in ("ekman", "fine"))
            lines.append(f"| {PARTS[part].name} | {found[0]['rows']:,} | {unknown} | {scores} |")
    return "\n".join(lines)


def _spread(values: list[float]) -> str:
    if not values:
        return "–"
    return f"{mean(values):.4f}" + (f" ± {stdev(values):.4f}" if len(values) > 1 else "")


if __name__ == "__main__":
    sys.exit(main())
