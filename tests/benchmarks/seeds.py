"""Print how far a recipe's figures move with the seed: `python -m tests.benchmarks.seeds --data DATA --out runs/seeds`.

Each seed trains a network of its own in OUT/seed-N, of the same material; the teachers are trained once, for the first.
A run that was broken off goes on, and one that has ended is only measured, so that seeds can be trained side by side.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import mean, stdev

from emotag_model.behaviour.suite import run_suite
from emotag_model.checkpoint import Checkpoint
from emotag_model.cli.training_progress import TrainingProgress
from emotag_model.evaluation.agent_messages import AgentMessage, GivenTag, figures_of, parts_of, read_agent_messages
from emotag_model.evaluation.agent_report import tags_of
from emotag_model.evaluation.crossfit import crossfit
from emotag_model.evaluation.encoded import encode_texts
from emotag_model.evaluation.evaluate import report_of
from emotag_model.evaluation.reading import logits_of
from emotag_model.labels import BASIC, EKMAN, GOEMOTIONS
from emotag_model.reader import load_reader
from emotag_model.training.data import TrainingData, load_data
from emotag_model.training.data.agents import DEV
from emotag_model.training.dev import Dev
from emotag_model.training.recipe import Recipe
from emotag_model.training.train import RUN, TEACHERS, train

Figures = dict[str, float]


def main() -> int:
    """Train seed by seed, then print a line for each, and their mean and standard deviation."""
    args = _arguments()
    recipe = Recipe.find(args.recipe)
    data = load_data(
        args.data, unlabelled=recipe.unlabelled, readings=recipe.readings, may_ship_only=recipe.may_ship_only
    )
    print(table(train_seeds(data, recipe, args.out, args.seeds, args.data / DEV)))
    return 0


def train_seeds(
    data: TrainingData, recipe: Recipe, out: Path, seeds: Sequence[int], agents: Path, teachers: Path | None = None
) -> dict[str, Figures]:
    """Train in `out`/seed-N for each seed and measure; all share `teachers`, or those of the first seed."""
    rows: dict[str, Figures] = {}
    for seed in seeds:
        folder = out / f"seed-{seed}"
        if recipe.teachers:
            _share(teachers or out / f"seed-{seeds[0]}" / RUN / TEACHERS, folder / RUN / TEACHERS)
        seeded = recipe.with_settings({"seed": seed})
        with TrainingProgress(data) as progress:
            checkpoint = train(data, folder, seeded, progress, resume=(folder / RUN).exists())
        rows[str(seed)] = measure(checkpoint, data, agents)
    return rows


def measure(checkpoint: Checkpoint, data: TrainingData, agents: Path) -> Figures:
    """Return what readers of agents' messages say, macro-F1 and calibration error per taxonomy, fitted and held out."""
    dev = Dev.encode(data, partial(encode_texts, tokenizer=checkpoint.tokenizer))
    reader = load_reader(checkpoint)  # what serves it
    logits = {GOEMOTIONS: logits_of(reader, data.dev), BASIC: logits_of(reader, data.agents_dev)}
    outcomes = {each.name: each for each in dev.outcomes(checkpoint.labels, logits)}
    figures = _agents(read_agent_messages(agents), tags_of(outcomes[BASIC]))
    for name, title in ((BASIC, "basic"), (EKMAN, "Ekman"), (GOEMOTIONS, "28 labels")):
        held_out, error = crossfit(checkpoint.labels.taxonomies[name], *dev.of(name, logits))
        found = report_of(outcomes[name])
        figures |= {
            f"{title} macro-F1": found.macro_f1,
            f"{title} held out": held_out,
            f"{title} ECE": found.calibration_error,
            f"{title} ECE held out": error,
        }
    return figures | {"behavioural cases": sum(each.passed for each in run_suite(checkpoint))}


def _agents(messages: Sequence[AgentMessage], tags: Sequence[GivenTag]) -> Figures:
    """Return the figures of the random part, which is what a topic looks like, and macro-F1 over all."""
    places = parts_of(messages)["random"]
    random = figures_of([messages[place] for place in places], [tags[place] for place in places])
    return {
        "agents, random: accuracy": random.accuracy,
        "precision": random.precision or 0.0,
        "recall": random.recall or 0.0,
        "agents, all: macro-F1": figures_of(messages, tags).macro_f1 or 0.0,
    }


def table(rows: dict[str, Figures]) -> str:
    """Return the figures as Markdown, a line per seed, and mean ± standard deviation where there are several."""
    titles = list(next(iter(rows.values())))
    lines = [["seed", *titles], ["---"] * (len(titles) + 1)]
    lines += [[seed, *(_shown(figures[title]) for title in titles)] for seed, figures in rows.items()]
    if len(rows) > 1:
        lines.append(["mean ± sd", *spreads(rows, titles)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def spreads(rows: dict[str, Figures], titles: Sequence[str]) -> list[str]:
    """Return mean ± standard deviation over the rows, by title."""
    columns = [[figures[title] for figures in rows.values()] for title in titles]
    return [f"{_shown(mean(each))} ± {_shown(stdev(each))}" for each in columns]


def _shown(figure: float) -> str:
    return f"{figure:.4f}" if figure < 1 else f"{figure:.1f}"


def _share(teachers: Path, folder: Path) -> None:
    if teachers.is_dir() and not folder.exists():
        shutil.copytree(teachers, folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.seeds", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder as `emotag train` takes it (required)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs (required)")
    parser.add_argument("--recipe", default="base", help="name or TOML file (default: %(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="(default: 1 2 3)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
