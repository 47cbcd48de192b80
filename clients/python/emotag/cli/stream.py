"""`emotag stream`: tag a file of messages, one JSON object a line; every line has its line in the output."""

from __future__ import annotations

import sys
from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING

from emotag.cli.arguments import EXIT_CODES, SOME_ERRORS, add_options, add_target, add_timeout, client, options, seconds
from emotag.cli.line import Fields, Line, parse
from emotag.cli.progress import Progress
from emotag.cli.sink import STDOUT, Sink
from emotag.cli.source import STDIN, Source
from emotag.errors import InvalidArgumentError
from emotag.retry import Retry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from emotag.client import EmotionClient
    from emotag.entry import Item


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its arguments."""
    parser.description = (
        "Tag messages, one JSON object a line, over one stream. Every line of the input has one line in the output,\n"
        'in the same order: {"id", "line", "label", "score", "labels", "uncertain", "truncated"}, or, when the line\n'
        'is bad or its message can not be tagged, {"id", "line", "error"}.'
    )
    parser.epilog = (
        "examples:\n"
        "  emotag stream --input talk.jsonl.gz --output tags.jsonl\n"
        '  echo \'{"id": "1", "text": "Thank you!"}\' | emotag stream\n\n'
        "Beside the fields that the options name, a line may have sent_at (seconds since the epoch) and\n"
        "time_to_live (seconds).\n" + EXIT_CODES
    )
    parser.add_argument("--input", default=STDIN, metavar="FILE", help="JSONL, or gzip of it (default: standard input)")
    parser.add_argument("--output", default=STDOUT, metavar="FILE", help="JSONL, replaced (default: standard output)")
    for name, what in FIELDS.items():
        default = getattr(Fields(), name)
        parser.add_argument(f"--{what}-field", dest=name, default=default, metavar="NAME", help=f"(default: {default})")
    add_options(parser)
    parser.add_argument(
        "--bulk", action="store_true", help="let messages that somebody waits for go before these (default: no)"
    )
    add_target(parser)
    add_timeout(parser, None)
    parser.add_argument(
        "--retry-seconds",
        type=seconds,
        default=15.0,
        metavar="SECONDS",
        help="give up so long after the first failure, counted anew whenever the oldest message without an answer has "
        "got one (default: 15)",
    )


FIELDS = {"text": "text", "id": "id", "conversation_id": "conversation", "sender": "sender"}


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    with Source(args.input) as source:
        _check_output(source, args.output)
        with client(args, Retry(seconds=args.retry_seconds)) as server, Sink(args.output) as sink:
            progress = Progress(sys.stderr, source)
            try:
                _pump(args, server, source, sink, progress)
            finally:
                progress.finish()
    return SOME_ERRORS if progress.errors else 0


def _check_output(source: Source, path: str) -> None:
    if path.endswith(".gz"):
        raise InvalidArgumentError(f"--output {path}: is written as plain text; pipe it through gzip instead")
    if path == STDOUT:
        source.refuse_as_output()
    elif source.is_same_file(path):
        raise InvalidArgumentError(f"--output {path}: is the input; name another file")


def _pump(args: argparse.Namespace, server: EmotionClient, source: Source, sink: Sink, progress: Progress) -> None:
    waiting: deque[Line] = deque()
    fields = Fields(**{name: getattr(args, name) for name in FIELDS})
    items = _items(source, fields, waiting)
    with closing(server.stream(items, timeout=args.timeout, bulk=args.bulk, **options(args))) as tags:
        for tag in tags:
            sink.write(waiting.popleft().answer(tag))
            progress.count(failed=tag.error is not None)


def _items(source: Source, fields: Fields, waiting: deque[Line]) -> Iterator[Item]:
    """What is sent, while the lines wait for their tags."""
    for number, raw in enumerate(source, 1):
        line = parse(number, raw, fields)
        waiting.append(line)
        yield line.item
