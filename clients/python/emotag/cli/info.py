"""`emotag info`: say which model a server has, in which taxonomies, within which limits."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from typing import TYPE_CHECKING

from emotag.cli.arguments import add_target, add_timeout, client
from emotag.retry import Retry

if TYPE_CHECKING:
    import argparse

    from emotag.info import Info


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its arguments."""
    parser.description = "Ask a server which model it has, in which taxonomies it tags, and within which limits."
    parser.epilog = "example:\n  emotag info --json | jq '.taxonomies[].name'"
    parser.add_argument("--json", action="store_true", help="print one JSON object (default: text for people)")
    add_target(parser)
    add_timeout(parser, 10.0)


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    with client(args, Retry(attempts=3)) as server:
        info = server.info(timeout=args.timeout)
    print(json.dumps(dataclasses.asdict(info)) if args.json else _text(info))
    return 0


def _text(info: Info) -> str:
    lines = [f"model     {info.model.name} {info.model.version}", f"digest    {info.model.digest}"]
    if info.computes:
        lines.append(f"computes  {info.computes}")
    for number, taxonomy in enumerate(info.taxonomies):
        default = ", the default" if number == 0 else ""
        lines.append(f"taxonomy  {taxonomy.name}: {len(taxonomy.labels)} labels{default}")
        pairs = zip(taxonomy.labels, taxonomy.thresholds, strict=False)
        labels = ", ".join(f"{label} ≥ {threshold:.2f}" for label, threshold in pairs)
        lines.append(textwrap.fill(labels, 100, initial_indent=" " * 10, subsequent_indent=" " * 10))
    limits = info.limits
    lines.append(
        f"limits    {limits.max_text_bytes:,} bytes of text, {limits.max_tokens:,} tokens read of it; "
        f"{limits.max_frame_messages:,} messages and {limits.max_frame_bytes:,} bytes a frame"
    )
    return "\n".join(lines)
