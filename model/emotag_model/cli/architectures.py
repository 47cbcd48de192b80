"""`emotag baselines --architectures`: networks of other kinds beside the CNN-BiSRU, trained alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotag_model.baselines.architectures.architecture import ARCHITECTURES, NAMES, find
from emotag_model.baselines.architectures.comparison import compare
from emotag_model.baselines.architectures.course import Course
from emotag_model.baselines.architectures.markdown import architecture_table
from emotag_model.baselines.architectures.plot import SUFFIXES, draw_architectures
from emotag_model.baselines.architectures.speed import architecture_rates
from emotag_model.baselines.architectures.study import study
from emotag_model.cli.training_progress import TrainingProgress
from emotag_model.training.data import load_data
from emotag_model.training.errors import TrainingError
from emotag_model.training.recipe import Recipe

if TYPE_CHECKING:
    import argparse

BLOCK = "architectures"
_RECIPE = "goemotions"
DESCRIPTION = f"""\
With --architectures networks of other kinds are trained instead, each on the same messages, from the same word
vectors, as long, in the same batches and by the same loss, and the table says what each came to. What went before has
the mean of its states where the CNN-BiSRU has attention; widths, dropout and all else are those of the CNN-BiSRU:

{chr(10).join(f"  {each.name:<22}{each.title}" for each in ARCHITECTURES)}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options that only `--architectures` takes to `parser`."""
    group = parser.add_argument_group("with --architectures")
    group.add_argument(
        "--architectures", action="store_true", help="compare networks of other kinds (default: compare systems)"
    )
    group.add_argument(
        "--seeds", type=int, nargs="+", default=[1, 2, 3], metavar="N", help="a training from each (default: 1 2 3)"
    )
    group.add_argument("--epochs", type=int, default=4, metavar="N", help="of each training (default: 4)")
    group.add_argument("--messages", type=int, metavar="N", help="to train on, the first N (default: all)")
    group.add_argument(
        "--plot", type=Path, metavar="FILE", help="accuracy against time, SVG or PNG (default: OUT/architectures.svg)"
    )


def run(args: argparse.Namespace) -> tuple[str, list[dict[str, Any]]]:
    """Train what is not trained yet, draw the plot, and return the table and its figures in JSON's types.

    Raises TrainingError for options and files that do not fit, and what `load_data` raises.
    """
    architectures, plot = find(NAMES if args.only is None else args.only), _plot(args)
    if args.messages is not None and args.messages < 1:
        raise TrainingError(f"--messages is {args.messages}; it must be at least 1")
    settings = replace(Recipe.find(_RECIPE).settings, epochs=args.epochs)
    for seed in args.seeds:
        replace(settings, seed=seed)  # a seed that cannot be is told now
    data = load_data(args.data)
    with TrainingProgress(data) as progress:
        course = Course.prepare(data, settings, args.messages)
        trainings = study(course, architectures, list(dict.fromkeys(args.seeds)), args.out, progress)
    rows = compare(architectures, trainings, architecture_rates(course, architectures, args.seconds))
    draw_architectures(plot, rows)
    return architecture_table(rows), [each.to_dict() for each in rows]


def _plot(args: argparse.Namespace) -> Path:
    plot: Path = args.plot or args.out / "architectures.svg"
    if plot.suffix not in SUFFIXES:
        raise TrainingError(f"--plot is {plot}; its name must end in {' or '.join(SUFFIXES)}")
    return plot
