"""`emotag evaluate --unlabelled`: what a checkpoint says of messages that nobody labelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from emotag_model.evaluation.document import put_between, table
from emotag_model.evaluation.survey import survey_files
from emotag_model.text.examples import read_rows

if TYPE_CHECKING:
    import argparse

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.evaluation.survey import Confident, Survey

BLOCK = "emotag evaluate --unlabelled"
_SHOWN = 160  # characters of a message


def evaluate_unlabelled(checkpoint: Checkpoint, args: argparse.Namespace) -> str:
    """Return what to print. Raises TextDataError for a file that is not as it must be or shows nothing."""
    files = {str(path): list(read_rows(path)) for path in args.unlabelled}
    surveys = survey_files(checkpoint, files, taxonomy=args.taxonomy, top=args.top)
    if args.into:
        put_between(args.into, BLOCK, f"{_name(checkpoint)}:\n\n{_markdown(surveys)}")
    if args.json:
        return json.dumps([each.to_dict() for each in surveys], indent=1)
    return f"{_table(surveys)}\n\n{_confident(surveys[-1])}"


def _name(checkpoint: Checkpoint) -> str:
    identity = checkpoint.identity
    return f"{identity.name} {identity.version} ({identity.digest[:12]})"


def _markdown(surveys: list[Survey]) -> str:
    head = ("tags carry", "messages", "uncertain", "truncated", "mean score", *surveys[0].shares)
    return table(head, [_markdown_row(each) for each in surveys])


def _markdown_row(row: Survey) -> list[str]:
    shares = (row.uncertain, row.truncated)
    source = Path(row.source).name.removesuffix(".gz").removesuffix(".jsonl")
    cells = [source, f"{row.messages:,}", *(f"{share:.1%}" for share in shares), f"{row.mean_score:.3f}"]
    return [*cells, *(f"{share:.1%}" for share in row.shares.values())]


def _table(surveys: list[Survey]) -> str:
    width = max(len(each.source) for each in surveys)
    labels = list(surveys[0].shares)
    head = f"{'tags carry':<{width}}  messages  uncertain  truncated  " + "  ".join(f"{each:>8}" for each in labels)
    return "\n".join([head, *(_row(each, width) for each in surveys)])


def _row(row: Survey, width: int) -> str:
    shares = "  ".join(f"{share:{max(8, len(label))}.1%}" for label, share in row.shares.items())
    left_out = f"  ({row.unreadable} show nothing, left out)" if row.unreadable else ""
    counts = f"{row.messages:8,}  {row.uncertain:9.1%}  {row.truncated:9.1%}"
    return f"{row.source:<{width}}  {counts}  {shares}{left_out}"


def _confident(found: Survey) -> str:
    blocks = [f"most confident, {found.source}:"]
    for label, messages in found.confident.items():
        blocks.append("\n".join([f"{label}:", *(_line(each) for each in messages)]))
    return "\n\n".join(blocks)


def _line(message: Confident) -> str:
    text = "".join(each if each.isprintable() else " " for each in message.text)
    return f"  {message.score:.3f}  {text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}"
