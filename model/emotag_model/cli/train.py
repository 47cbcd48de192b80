"""`emotag train`: from labelled messages and word vectors to a checkpoint."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

from emotag_model.checkpoint import CheckpointError
from emotag_model.cli.failure import FAILURE, INTERRUPTED, USAGE, fail
from emotag_model.cli.training_progress import TrainingProgress
from emotag_model.labels import LabelsError
from emotag_model.text import TextDataError
from emotag_model.training.data import load_data
from emotag_model.training.errors import TrainingError
from emotag_model.training.recipe import Recipe, recipe_names
from emotag_model.training.settings import TrainingSettings
from emotag_model.training.train import holds_run, train

DESCRIPTION = """\
Trains a CNN-BiSRU, starting from GloVe vectors, and writes a checkpoint folder that `emotag serve` and
`emotag evaluate` take. A recipe says what it learns from: bare labels, or the scores of teachers that are trained
first. Stops early when dev stops improving. OUT/run keeps metrics.jsonl and, after every epoch, all that --resume
needs to go on after a kill as if nothing had happened."""
EPILOG = """\
DATA holds text/goemotions/{{train,dev}}.jsonl.gz, agents/{{train,dev}}.jsonl.gz and glove/ (*.npy with a *.vocab.txt,
or glove*.txt), and for other recipes more; `emotag data check DATA` says what is missing and where to download it.
agents/ has messages with labels in the words of basic. Ours, which language models gave by a guide, cannot be
downloaded: label messages of your own. A line of train, and one of dev, where any label in `accept` is right:
{{"text": "Thank you so much!", "labels": ["joy"]}}
{{"text": "Done.", "label": "neutral", "accept": ["neutral", "joy"], "part": "random", "source": "my agents"}}

recipes:
{recipes}

example:
  emotag train --data data --out runs/mine
  emotag train --data data --out runs/mine --resume
  emotag train --recipe base --data data --out runs/base"""
DEFAULT_RECIPE = "goemotions"

_HELP = {
    "name": "name of the checkpoint, as tags carry it",
    "version": "version of the checkpoint, as tags carry it",
    "seed": "seed of everything random",
    "epochs": "most epochs",
    "cycle_epochs": "epochs that the learning rate rises and falls over, again and again; 0: once over all",
    "patience": "epochs without a better dev macro-F1 until it stops early",
    "threads": "CPU threads; results are the same for the same number",
    "batch_size": "messages per step",
    "learning_rate": "peak learning rate",
    "embedding_rate": "learning rate of word vectors, as a share of the peak",
    "soft_weight": "share of the teachers' scores beside the labels'",
    "weight_decay": "AdamW's, on all but word vectors",
    "average_decay": "decay of the weights' moving average",
    "coarse_weight": "share of the loss over Ekman labels, the one over GoEmotions' being 1",
    "basic_weight": "share of the loss over labels of basic, the one over GoEmotions' being 1",
    "glove_words": "most frequent words of GloVe that get a row",
    "vector_scale": "standard deviation that word vectors start with",
    "max_tokens": "tokens read of a message when serving",
    "train_tokens": "tokens read of a message when training",
    "conv_channels": "output channels of each convolution",
    "sru_size": "state size per direction",
    "sru_layers": "BiSRU layers",
    "attention_heads": "heads of the attention",
    "dropout": "rate between layers",
    "embedding_dropout": "rate on word vectors",
    "word_dropout": "share of words read as unknown",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG.format(recipes=_recipes())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="messages and vectors (required)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="checkpoint folder to write (required)")
    parser.add_argument(
        "--recipe", default=DEFAULT_RECIPE, metavar="NAME", help="a recipe below, or a TOML file (default: %(default)s)"
    )
    parser.add_argument("--glove", type=Path, metavar="PATH", help="word vectors (default: glove/ in --data)")
    parser.add_argument("--resume", action="store_true", help="continue the run in --out (default: start a new one)")
    for field in fields(TrainingSettings):
        _add_setting(parser, field.name)


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    try:
        recipe = _recipe(args)
        data = load_data(
            args.data,
            args.glove,
            unlabelled=recipe.unlabelled,
            readings=recipe.readings,
            may_ship_only=recipe.may_ship_only,
        )
        with TrainingProgress(data) as progress:
            checkpoint = train(data, args.out, recipe, progress, resume=args.resume)
    except (TrainingError, TextDataError, LabelsError) as error:
        return fail("train", error, USAGE)
    except (CheckpointError, OSError) as error:
        return fail("train", error, FAILURE)
    except KeyboardInterrupt:
        kept = "; --resume continues after the last whole epoch"
        never = " before anything was kept; the same command starts anew"
        return fail("train", f"interrupted{kept if holds_run(args.out) else never}", INTERRUPTED)
    print(f"{args.out}: {checkpoint.identity.name} {checkpoint.identity.version} ({checkpoint.identity.digest[:12]})")
    return 0


def _add_setting(parser: argparse.ArgumentParser, name: str) -> None:
    usual = getattr(TrainingSettings(), name)
    flag, text = f"--{name.replace('_', '-')}", f"{_HELP[name]} (default: the recipe's, or {_shown(usual)})"
    if isinstance(usual, tuple):
        parser.add_argument(flag, type=int, nargs="+", metavar="N", help=text)
    else:
        parser.add_argument(flag, type=type(usual), metavar=type(usual).__name__.upper(), help=text)


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _recipe(args: argparse.Namespace) -> Recipe:
    given = {field.name: getattr(args, field.name) for field in fields(TrainingSettings)}
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    recipe = Recipe.find(args.recipe)
    return recipe.with_settings({name: value for name, value in changes.items() if value is not None})


def _recipes() -> str:
    return "\n".join(f"  {name:<12} {Recipe.find(name).about}" for name in recipe_names())
