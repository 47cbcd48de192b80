"""`emotag data`: which data sets there are to train on and to measure by, and whether those at hand are whole."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from emotag_model.cli.data_report import render_report, report_dict
from emotag_model.cli.data_table import data_set_dict, render_table
from emotag_model.cli.failure import FAILURE, INTERRUPTED, USAGE, fail
from emotag_model.training.data.check import Layout, examine
from emotag_model.training.data.registry import REGISTRY
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from emotag_model.training.data.check import DataSetFindings

DESCRIPTION = """\
Shows the data sets that emotag knows: `list` with their licences, labels and registered sizes; `check` looks through
those in a folder."""
EPILOG = """\
examples:
  emotag data list
  emotag data check data
  emotag data check data/text/goemotions --json"""
LIST = """\
Prints every data set that emotag knows: its splits with their rows as registered, its licence, whether a checkpoint
trained on it may ship (it may be passed on, and used commercially), and its labels. --json adds what the labels mean
in emotag's own, where the files come from, and whom to cite."""
CHECK = """\
Looks through the data sets in DIR: which splits are there and how many rows they have, against what is registered;
what is missing and where to get it; bad rows with their file and line; labels that are not registered; and how many
rows stand twice, within a split and in two splits, letter by letter and in any case and blanks."""
CHECK_EPILOG = """\
DIR holds text/<data set>/<split>.jsonl.gz, and agents/, unlabelled/ and streams/ where they are at hand; or it is one
of these, or one data set. A line is one JSON object:
{"text": "Thank you so much!", "labels": ["gratitude"]}, with the data set's own label names.
A missing test split is no problem, for nothing is trained on it or chosen by it; nor is a text that stands twice, for
training leaves out what is held out.

exit codes: 0 no problem; 1 problems found; 2 bad usage; 130 interrupted

example:
  emotag data check data"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="action", required=True, metavar="list|check")
    listing = commands.add_parser("list", help="the data sets that are known", description=LIST)
    listing.formatter_class = argparse.RawDescriptionHelpFormatter
    listing.epilog = "example:\n  emotag data list --json"
    _add_json(listing, "a table")
    check = commands.add_parser("check", help="look through the data sets in a folder")
    check.description, check.epilog = CHECK, CHECK_EPILOG
    check.formatter_class = argparse.RawDescriptionHelpFormatter
    check.add_argument("folder", type=Path, metavar="DIR", help="the data folder, its text/, or one data set")
    _add_json(check, "text")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    return _list(as_json=args.json) if args.action == "list" else _check(args.folder, as_json=args.json)


def _add_json(parser: argparse.ArgumentParser, instead_of: str) -> None:
    parser.add_argument(
        "--json", action="store_true", help=f"print one JSON object instead of {instead_of} (default: no)"
    )


def _list(*, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"data_sets": [data_set_dict(each) for each in REGISTRY.values()]}, indent=1))
    else:
        print(render_table(REGISTRY.values()))
    return 0


def _check(folder: Path, *, as_json: bool) -> int:
    try:
        layout = Layout.of(folder)
        findings = _examine(layout)
    except TrainingError as error:
        return fail("data check", error, USAGE)
    except KeyboardInterrupt:
        return INTERRUPTED
    print(json.dumps(report_dict(layout, findings), indent=1) if as_json else render_report(layout, findings))
    return FAILURE if any(each.problems() for each in findings) else 0


def _examine(layout: Layout) -> list[DataSetFindings]:
    with tqdm(
        total=layout.rows(), desc="reading", unit="row", unit_scale=True, leave=False, disable=None
    ) as bar:  # on stderr, and only where that is a terminal
        return list(examine(layout.places, bar.update))
