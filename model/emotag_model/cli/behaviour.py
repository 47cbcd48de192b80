"""`emotag behaviour`: what a checkpoint does with negation, emoji, code, other people's names and the like."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from emotag_model.behaviour.errors import SuiteError
from emotag_model.behaviour.fairness import measure_fairness
from emotag_model.behaviour.suite import pass_rate, run_suite
from emotag_model.behaviour.tables import render
from emotag_model.behaviour.tagging import judged
from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
from emotag_model.cli.failure import FAILURE, INTERRUPTED, USAGE, fail
from emotag_model.labels import FINE_LABELS
from emotag_model.text import TextDataError
from emotag_model.text.examples import load_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.behaviour.suite import Result

DESCRIPTION = """\
Runs the behavioural tests on a checkpoint and prints Markdown tables: pass rates by capability and kind of test, the
cases that failed, and how far scores move when one person is exchanged for another (fairness). With --deletion it
tests explanations instead: removing the tokens with the most evidence from the messages of --data should lower the
score of their tag's label more than removing random ones."""
EPILOG = """\
examples:
  emotag behaviour
  emotag behaviour --checkpoint runs/mine --failures 1000 --report behaviour.md
  emotag behaviour --min-pass 0.8
  emotag behaviour --deletion --data data/text/goemotions/dev.jsonl.gz"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=default_checkpoint(),
        metavar="DIR",
        help="folder of the checkpoint (default: the one that ships with emotag)",
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write the tables there, too (default: standard output alone)"
    )
    parser.add_argument(
        "--failures",
        type=int,
        default=10,
        metavar="N",
        help="failures to list per capability; 0 for none (default: %(default)s)",
    )
    parser.add_argument(
        "--min-pass",
        type=float,
        default=0.0,
        metavar="R",
        help="fail when the mean pass rate over the capabilities is below this, from 0 to 1 (default: %(default)s)",
    )
    parser.add_argument(
        "--deletion",
        action="store_true",
        help="test explanations on --data instead of running the suite (default: off)",
    )
    parser.add_argument(
        "--data", type=Path, metavar="FILE", help="labelled messages for --deletion (default: none; it needs some)"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if problem := _problem(args):
        return fail("behaviour", problem, USAGE)
    try:
        return _run(args, Checkpoint.load(args.checkpoint))
    except (CheckpointError, TextDataError, SuiteError) as error:
        return fail("behaviour", error, USAGE)
    except KeyboardInterrupt:
        return INTERRUPTED


def _problem(args: argparse.Namespace) -> str:
    if args.failures < 0:
        return f"--failures is {args.failures}; it must be at least 0"
    if not 0 <= args.min_pass <= 1:
        return f"--min-pass is {args.min_pass}; it must lie between 0 and 1"
    if args.deletion and args.min_pass:
        return "--min-pass is about the suite, which --deletion does not run; give one of them"
    if args.deletion != (args.data is not None):
        return "--deletion and --data FILE go together; give both or neither"
    return ""


def _run(args: argparse.Namespace, checkpoint: Checkpoint) -> int:
    results: list[Result] = []
    if args.deletion:
        from emotag_model.behaviour.deletion import deletion_table  # noqa: PLC0415 - imports torch, seconds

        text = deletion_table(checkpoint, load_examples(args.data, FINE_LABELS))
    else:
        results = run_suite(checkpoint)
        text = render(judged(checkpoint.labels).name, results, measure_fairness(checkpoint), args.failures)
    identity = checkpoint.identity
    report = f"{identity.name} {identity.version} ({identity.digest[:12]})\n\n{text}\n"
    print(report, end="")
    if args.report and (problem := _write(args.report, report)):
        return fail("behaviour", problem, USAGE)
    return _gate(results, args.min_pass)


def _write(path: Path, report: str) -> str:
    try:
        path.write_text(report, encoding="utf-8")
    except OSError as error:
        return f"--report {path}: cannot be written ({error.strerror or error})"
    return ""


def _gate(results: Sequence[Result], least: float) -> int:
    if results and (rate := pass_rate(results)) < least:
        return fail("behaviour", f"the mean pass rate is {rate:.3f}, below --min-pass {least}", FAILURE)
    return 0
