"""Print what each step of a recipe brings: `python -m tests.benchmarks.steps --data DATA --teachers RUN/run/teachers`.

From bare labels on, each line learns from one thing more, over several seeds, with the same teachers and settings. What
they said of a text is known by the text, so they are asked about nothing new. A run that was broken off goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from emotag_model.training.data import TrainingData, load_data
from emotag_model.training.data.agents import DEV
from emotag_model.training.recipe import Recipe
from tests.benchmarks.seeds import Figures, spreads, train_seeds

_TITLES = (
    "agents, all: macro-F1",
    "Ekman macro-F1",
    "28 labels macro-F1",
    "Ekman held out",
    "28 labels held out",
    "behavioural cases",
)


def main() -> int:
    """Train step by step, and print a line after each."""
    args = _arguments()
    recipe = Recipe.find(args.recipe)
    data = load_data(
        args.data, unlabelled=recipe.unlabelled, readings=recipe.readings, may_ship_only=recipe.may_ship_only
    )
    print(_line(["learnt from", *_TITLES]))
    print(_line(["---"] * (len(_TITLES) + 1)))
    for name, title, step, known in steps(data, recipe):
        if name in args.steps:
            rows = train_seeds(known, step, args.out / name, args.seeds, args.data / DEV, args.teachers)
            print(_line([title, *_figures(rows)]), flush=True)
    return 0


def steps(data: TrainingData, recipe: Recipe) -> Iterator[tuple[str, str, Recipe, TrainingData]]:
    """Yield each step's name, its title, and the recipe and data up to it.

    Words follow variants, since which text carries a word hangs on the variants drawn before.
    """
    alone = replace(data, unlabelled=[])
    bare = replace(recipe, unlabelled=(), teachers=(), made_examples=0, alterations=False, variants=0, carried_words=0)
    yield "labels", "GoEmotions' labels alone", bare, alone
    step = replace(bare, teachers=recipe.teachers)
    yield "scores", "and the teachers' scores of the same messages", step, alone
    step = replace(step, unlabelled=recipe.unlabelled)
    yield "texts", "and of further texts", step, data
    step = replace(step, variants=recipe.variants)
    yield "variants", "and of variants of the messages", step, data
    step = replace(step, alterations=recipe.alterations)
    yield "alterations", "and of the messages altered", step, data
    step = replace(step, carried_words=recipe.carried_words)
    yield "words", "and of words that they hardly have", step, data
    yield "rows", "and rows from templates", recipe, data


NAMES = ("labels", "scores", "texts", "variants", "alterations", "words", "rows")


def _figures(rows: dict[str, Figures]) -> Sequence[str]:
    return spreads(rows, _TITLES)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.steps", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder as `emotag train` takes it (required)")
    parser.add_argument("--teachers", type=Path, required=True, help="run/teachers of a run of the recipe (required)")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/steps"), help="folder for the runs (default: %(default)s)"
    )
    parser.add_argument("--recipe", default="base", help="name or TOML file (default: %(default)s)")
    parser.add_argument("--steps", choices=NAMES, nargs="+", default=list(NAMES), help="(default: all)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="at least two (default: 1 2 3)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
