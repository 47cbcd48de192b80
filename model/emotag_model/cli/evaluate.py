"""`emotag evaluate`: how good a checkpoint is on labelled messages."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
from emotag_model.cli.failure import INTERRUPTED, USAGE, fail
from emotag_model.evaluation import Report, evaluate
from emotag_model.evaluation.report import DEFINITIONS
from emotag_model.text import TextDataError
from emotag_model.text.examples import load_examples

DESCRIPTION = """\
Tags every message of a file and compares with its labels: macro- and micro-F1, accuracy, calibration error and a table
of labels, for each taxonomy of the checkpoint. The file has one JSON object a line, gzipped when it ends in .gz:
{"text": "Thank you so much!", "labels": ["gratitude"]}, with GoEmotions' label names."""
EPILOG = """\
example:
  emotag evaluate --data data/text/goemotions/dev.jsonl.gz
  emotag evaluate --checkpoint runs/mine --data dev.jsonl.gz --json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="labelled messages (required)")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=default_checkpoint(),
        metavar="DIR",
        help="folder of the checkpoint (default: the one that ships with emotag)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables (default: off)")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="CPU threads (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if args.threads < 1:
        return fail("evaluate", f"--threads is {args.threads}; it must be at least 1", USAGE)
    torch.set_num_threads(args.threads)
    try:
        checkpoint = Checkpoint.load(args.checkpoint)
        reports = evaluate(checkpoint, load_examples(args.data, checkpoint.labels.fine))
    except (CheckpointError, TextDataError) as error:
        return fail("evaluate", error, USAGE)
    except KeyboardInterrupt:
        return INTERRUPTED
    print(_json(checkpoint, reports) if args.json else _text(checkpoint, reports))
    return 0


def _json(checkpoint: Checkpoint, reports: list[Report]) -> str:
    identity = checkpoint.identity
    model = {"name": identity.name, "version": identity.version, "digest": identity.digest}
    return json.dumps({"model": model, "taxonomies": [report.to_dict() for report in reports]}, indent=1)


def _text(checkpoint: Checkpoint, reports: list[Report]) -> str:
    identity = checkpoint.identity
    head = f"{identity.name} {identity.version} ({identity.digest[:12]})"
    return "\n\n".join([head, *(report.to_text() for report in reports), DEFINITIONS])
