"""Print, as Markdown, what each part of the words is worth: `python -m tests.benchmarks.ablation --data DATA`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from emotag_model.checkpoint import Checkpoint
from emotag_model.labels import FINE_LABELS
from emotag_model.text.examples import load_examples
from emotag_model.training.data import load_data
from tests.benchmarks.ablation.measure import measure, measure_checkpoint
from tests.benchmarks.ablation.parts import RECIPES
from tests.benchmarks.ablation.table import table
from tests.benchmarks.ablation.unknown import read_sets


def main() -> int:
    """Train recipe by recipe; figures go to `--out` as they come, so that a run can be broken off and resumed."""
    args = _arguments()
    torch.set_num_threads(1)
    sets = read_sets(args.data)
    if args.checkpoint:
        dev = load_examples(args.data / "text" / "goemotions" / "dev.jsonl.gz", FINE_LABELS)
        print(table(measure_checkpoint(Checkpoint.load(args.checkpoint), dev, sets)))
        return 0
    data = load_data(args.data)
    data = replace(data, train=data.train[: args.messages])
    lines = [json.loads(line) for line in args.out.read_text().splitlines()] if args.out.is_file() else []
    done = {(line["recipe"], line["seed"], line["epochs"]) for line in lines}
    for seed in range(1, args.seeds + 1):
        for recipe in args.recipes:
            if (recipe, seed, args.epochs) not in done:
                lines += (found := measure(recipe, seed, args.epochs, data, sets))
                with args.out.open("a") as out:
                    out.writelines(json.dumps(line) + "\n" for line in found)
    print(table([line for line in lines if line["epochs"] == args.epochs]))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ablation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder as `emotag train` takes it (required)")
    parser.add_argument(
        "--out", type=Path, default=Path("ablation.jsonl"), help="figures so far (default: %(default)s)"
    )
    parser.add_argument("--recipes", choices=RECIPES, nargs="+", default=list(RECIPES), help="trainings (default: all)")
    parser.add_argument(
        "--checkpoint", type=Path, help="switch parts off under this one, and train none (default: train)"
    )
    parser.add_argument("--messages", type=int, help="train on so many (default: all)")
    parser.add_argument("--seeds", type=int, default=3, help="trainings per recipe (default: %(default)s)")
    parser.add_argument(
        "--epochs", type=int, default=4, help="epochs each; 0: unknown tokens alone (default: %(default)s)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
