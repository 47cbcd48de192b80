"""`emotag tag-files`: tag files of JSON lines or Parquet, on all cores, and go on after whatever ended it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from emotag.bulk.options import BulkOptions
from emotag.bulk.run import FORMATS, BulkRun
from emotag.cli.progress import Progress

if TYPE_CHECKING:
    from emotag.bulk.counts import Counts

_KINDS = 10  # of errors that are listed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its arguments."""
    parser.description = (
        "Tag every row of files, in this machine's processes, without a server. Each input has one output of its name\n"
        "in the output folder: all its rows in their order, every column as it was, and behind them emotion_label,\n"
        "emotion_score, emotion_labels, emotion_uncertain and emotion_error. A row that can not be tagged says why in\n"
        "emotion_error, and all else of its tag is null; a line that is no JSON object stands in emotion_raw."
    )
    parser.epilog = (
        "examples:\n"
        "  emotag tag-files talk.jsonl.gz --output tagged\n"
        "  emotag tag-files 2026/*.parquet --output tagged --text-field body --taxonomy ekman --scores\n\n"
        "An output is moved into the folder whole, once all of its rows are on the disk. After Ctrl-C, a kill or a\n"
        "full disk the same command goes on where it was, and every row is in the output once; what is needed for\n"
        "that is in DIR/.emotag, where the largest output needs room twice.\n\n"
        "exit codes: 0 every row is in an output, with a tag or an error; 2 bad usage, or inputs that can not be\n"
        "used; 1 failure; 130 interrupted"
    )
    parser.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="JSON lines, gzip of them, or Parquet")
    parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="made where it is not (required)")
    parser.add_argument("--text-field", default="text", metavar="NAME", help="what is tagged (default: text)")
    parser.add_argument("--taxonomy", default="", help="labels to use (default: the model's default, basic)")
    parser.add_argument("--scores", action="store_true", help="add emotion_scores, of every label (default: no)")
    parser.add_argument("--format", choices=FORMATS, default="auto", help="of the inputs (default: by their names)")
    parser.add_argument("--checkpoint", metavar="DIR", help="the model (default: the one that ships)")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parser.add_argument(
        "--workers", type=_workers, default=cores, metavar="N", help=f"processes that tag (default: {cores}, the cores)"
    )


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    options = BulkOptions(args.text_field, args.taxonomy, args.scores, args.checkpoint)
    bulk = BulkRun(args.inputs, args.output, options, args.format)
    progress, began = Progress(sys.stderr, bulk), time.monotonic()
    try:
        for done in bulk.run(args.workers):
            progress.add(done.rows, done.errors.total())
    except BaseException:
        progress.finish()
        if bulk.begun:
            print("what is done is kept in --output; the same command goes on from there", file=sys.stderr)
        raise
    progress.finish()
    print(summary(bulk.counts, bulk.kept, time.monotonic() - began))
    return 0


def summary(counts: Counts, kept: int, elapsed: float) -> str:
    """What became of the rows, for people."""
    tagged = counts.rows - kept
    if counts.rows and not tagged:
        first = f"{counts.rows:,} rows: all were done before"
    else:
        before = f", {kept:,} of them done before" if kept else ""
        first = f"{counts.rows:,} rows{before}, {tagged / max(elapsed, 1e-9):,.0f} rows/s"
    lines = [first, "labels: " + (", ".join(f"{label} {n:,}" for label, n in counts.labels.most_common()) or "none")]
    lines += [f"errors: {n:,} times {error}" for error, n in counts.errors.most_common(_KINDS)]
    if (more := len(counts.errors) - _KINDS) > 0:
        lines.append(f"errors: {more:,} other kinds, see emotion_error")
    return "\n".join(lines)


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1024:
        raise argparse.ArgumentTypeError("must be from 1 to 1024")
    return number
