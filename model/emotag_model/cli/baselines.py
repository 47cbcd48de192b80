"""`emotag baselines`: a checkpoint beside other models of the same task, in accuracy and speed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from emotag_model.baselines.figures import Figures, measure
from emotag_model.baselines.held_out import held_out
from emotag_model.baselines.markdown import tables
from emotag_model.baselines.speed import rates
from emotag_model.baselines.subjects import goemotions_only, minilm, served, tfidf
from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
from emotag_model.cli import architectures
from emotag_model.cli.failure import FAILURE, INTERRUPTED, USAGE, fail
from emotag_model.cli.training_progress import TrainingProgress
from emotag_model.evaluation.assessment import Sampling
from emotag_model.evaluation.bootstrap import RESAMPLES, SEED
from emotag_model.evaluation.document import put_between
from emotag_model.text import TextDataError
from emotag_model.training.data import load_data
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.evaluation.system import System
    from emotag_model.training.data import TrainingData

BLOCK = "emotag baselines"
BASELINES = ("tfidf", "goemotions", "minilm")
DESCRIPTION = f"""\
Trains the baselines on GoEmotions, gives each the same calibration and thresholds as a checkpoint gets, and prints one
Markdown table: macro-F1 with intervals and calibration error on GoEmotions' dev split, zero-shot macro-F1 on the
held-out splits of the other data sets in DATA, and messages per second on one core, all in one process.

  tfidf       TF-IDF of words, a logistic regression per label (half a minute)
  goemotions  the same network as the checkpoint's, trained on GoEmotions' labels alone (6 minutes)
  minilm      MiniLM-L6, fine-tuned: the transformer that teaches (three quarters of an hour)

{architectures.DESCRIPTION}

What was trained is kept in OUT, and a second call goes on from there."""
EPILOG = """\
DATA holds text/goemotions/{train,dev}.jsonl.gz, agents/{train,dev}.jsonl.gz and glove/, as for `emotag train`.

example:
  emotag baselines --data data --out runs/baselines
  emotag baselines --data data --out runs/baselines --minilm runs/mine/run/teachers/1-minilm --into docs/model.md
  emotag baselines --architectures --data data --out runs/baselines --plot docs/images/architectures.svg"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="messages and vectors (required)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where baselines are kept (required)")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=default_checkpoint(),
        metavar="DIR",
        help="what is compared with them (default: the checkpoint that ships with emotag)",
    )
    parser.add_argument(
        "--only", nargs="*", metavar="NAME", help="baselines, or architectures, of those above (default: all)"
    )
    parser.add_argument(
        "--minilm", type=Path, metavar="DIR", help="run of a MiniLM that is over, to take (default: OUT/minilm)"
    )
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="to time each for (default: 2)")
    parser.add_argument("--into", type=Path, metavar="FILE", help="document whose table to replace (default: none)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown (default: off)")
    architectures.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if not args.seconds > 0:
        return fail("baselines", f"--seconds is {args.seconds}; it must be more than 0", USAGE)
    torch.set_num_threads(1)
    try:
        block, text, rows = (architectures.BLOCK, *architectures.run(args)) if args.architectures else _systems(args)
        if args.into:
            put_between(args.into, block, text)
    except (CheckpointError, TextDataError, TrainingError) as error:
        return fail("baselines", error, USAGE)
    except OSError as error:
        return fail("baselines", f"{error.filename or 'a file'}: {error.strerror}", FAILURE)
    except KeyboardInterrupt:
        whole = "training" if args.architectures else "epoch"
        return fail("baselines", f"interrupted; the same command goes on after the last whole {whole}", INTERRUPTED)
    print(json.dumps(rows, indent=1) if args.json else text)
    return 0


def _systems(args: argparse.Namespace) -> tuple[str, str, list[dict[str, Any]]]:
    figures = _figures(args, _names(args.only))
    return BLOCK, tables(figures), [each.to_dict() for each in figures]


def _names(only: list[str] | None) -> Sequence[str]:
    names = BASELINES if only is None else only
    if unknown := [name for name in names if name not in BASELINES]:
        raise TrainingError(f"--only is {unknown[0]!r}; without --architectures it must be of {', '.join(BASELINES)}")
    return names


def _figures(args: argparse.Namespace, names: Sequence[str]) -> list[Figures]:
    checkpoint, data = Checkpoint.load(args.checkpoint), load_data(args.data)
    others, missing = held_out(args.data)
    for path in missing:
        print(f"{path}: not there, so nothing is measured on it", file=sys.stderr)
    systems = [served(checkpoint), *_baselines(args, data, names)]
    speeds = rates(systems, data.dev, args.seconds)
    sampling = Sampling(resamples=RESAMPLES, seed=SEED)
    return [measure(each, data.dev, others, rate, sampling) for each, rate in zip(systems, speeds, strict=True)]


def _baselines(args: argparse.Namespace, data: TrainingData, names: Sequence[str]) -> list[System]:
    with TrainingProgress(data) as progress:
        made = {
            "tfidf": lambda: tfidf(data, args.out),
            "goemotions": lambda: goemotions_only(data, args.out, progress),
            "minilm": lambda: minilm(data, args.out, progress, args.minilm),
        }
        return [made[name]() for name in BASELINES if name in names]
