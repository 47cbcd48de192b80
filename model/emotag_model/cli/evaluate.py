"""`emotag evaluate`: how good a checkpoint is on labelled messages, and what it says of messages without labels."""

from __future__ import annotations

import argparse
from pathlib import Path

from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
from emotag_model.cli.evaluate_labelled import evaluate_labelled
from emotag_model.cli.evaluate_unlabelled import evaluate_unlabelled
from emotag_model.cli.failure import FAILURE, INTERRUPTED, USAGE, fail
from emotag_model.evaluation.bootstrap import RESAMPLES, SEED
from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.evaluation.mappings import mapping_table
from emotag_model.labels import LabelsError
from emotag_model.text import TextDataError

DESCRIPTION = """\
Tags every message of a file and compares with its labels: macro- and micro-F1 with confidence intervals, accuracy,
calibration error and a table of labels. The file has one JSON object a line, gzipped when it ends in .gz:
{"text": "Thank you so much!", "labels": ["gratitude"]}. Labels are GoEmotions', for which every taxonomy of the
checkpoint is measured, or those of another data set, which are given zero-shot through a stated mapping."""
EPILOG = f"""\
label sets: goemotions, {", ".join(each.name for each in LABEL_SETS)}

example:
  emotag evaluate --data data/text/goemotions/dev.jsonl.gz --report errors.html
  emotag evaluate --data data/text/meld/dev.jsonl.gz --label-set meld
  emotag evaluate --checkpoint runs/new --against runs/old --data dev.jsonl.gz
  emotag evaluate --unlabelled conversations.jsonl.gz --top 20"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, metavar="FILE", help="labelled messages (this or --unlabelled: required)")
    source.add_argument(
        "--unlabelled", type=Path, nargs="+", metavar="FILE", help="messages to survey instead (default: none)"
    )
    source.add_argument(
        "--label-sets", action="store_true", help="only list the label sets, in Markdown (default: off)"
    )
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=default_checkpoint(),
        metavar="DIR",
        help="folder of the checkpoint (default: the one that ships with emotag)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables (default: off)")
    _add_labelled(parser.add_argument_group("with --data"))
    _add_unlabelled(parser.add_argument_group("with --unlabelled"))


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if problem := _problem(args):
        return fail("evaluate", problem, USAGE)
    if args.label_sets:
        print(mapping_table(LABEL_SETS))
        return 0
    try:
        checkpoint = Checkpoint.load(args.checkpoint)
        found = evaluate_labelled(checkpoint, args) if args.data else evaluate_unlabelled(checkpoint, args)
    except (CheckpointError, TextDataError, LabelsError) as error:
        return fail("evaluate", error, USAGE)
    except OSError as error:
        return fail("evaluate", f"{error.filename or 'a file'}: cannot be read or written ({error.strerror})", FAILURE)
    except KeyboardInterrupt:
        return INTERRUPTED
    print(found)  # apart: a reader that has seen enough closes the pipe, which is no failure of a file
    return 0


def _add_labelled(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--label-set", default="", metavar="NAME", help="whose labels the file has (default: guessed from them)"
    )
    group.add_argument("--against", type=Path, metavar="DIR", help="checkpoint to compare with (default: none)")
    group.add_argument(
        "--against-predictions", type=Path, metavar="FILE", help="predictions to compare with (default: none)"
    )
    group.add_argument(
        "--predictions-out", type=Path, metavar="FILE", help="where to write what was given (default: nowhere)"
    )
    group.add_argument(
        "--report", type=Path, metavar="FILE.html", help="where to write an error report with plots (default: nowhere)"
    )
    group.add_argument(
        "--resamples",
        type=int,
        default=RESAMPLES,
        metavar="N",
        help="bootstrap resamples; 0 for no intervals (default: %(default)s)",
    )
    group.add_argument("--seed", type=int, default=SEED, metavar="N", help="of the resamples (default: %(default)s)")


def _add_unlabelled(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--taxonomy", default="", metavar="NAME", help="what to tag in (default: the checkpoint's own default)"
    )
    group.add_argument(
        "--top", type=int, default=20, metavar="N", help="most confident messages per label (default: %(default)s)"
    )
    group.add_argument("--into", type=Path, metavar="FILE", help="document whose table to replace (default: none)")


_ONLY_LABELLED = ("label_set", "against", "against_predictions", "predictions_out", "report")
_ONLY_UNLABELLED = ("taxonomy", "into")


def _problem(args: argparse.Namespace) -> str:
    wanted, others = ("--data", _ONLY_LABELLED) if args.unlabelled else ("--unlabelled", _ONLY_UNLABELLED)
    if foreign := [name for name in others if getattr(args, name)]:
        return f"--{foreign[0].replace('_', '-')} is of {wanted}, which is not given"
    if args.resamples < 0 or args.seed < 0 or args.top < 0:
        return "--resamples, --seed and --top must not be negative"
    if args.against and args.against_predictions:
        return "--against and --against-predictions are two things to compare with; give one"
    if (args.against or args.against_predictions) and not args.resamples:
        return "--resamples is 0, and a comparison needs resamples; leave it at the default"
    if args.report and args.report.suffix != ".html":
        return f"--report is {args.report}; its name must end in .html"
    return ""
