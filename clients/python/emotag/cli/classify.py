"""`emotag classify`: tag texts given as arguments, or lines of standard input."""

from __future__ import annotations

import json
import sys
from collections import deque
from typing import TYPE_CHECKING

from emotag.calls import DEFAULT_TIMEOUT
from emotag.cli.arguments import EXIT_CODES, SOME_ERRORS, add_options, add_target, add_timeout, client, options
from emotag.cli.paint import Paint
from emotag.cli.record import record
from emotag.cli.source import STDIN, Source
from emotag.cli.typed_options import OF_A_SERVER, TypedOptionsParser, refuse_typed
from emotag.errors import InvalidArgumentError
from emotag.retry import Retry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from emotag.client import EmotionClient
    from emotag.entry import Item
    from emotag.tag import Tag

Parser = TypedOptionsParser  # what `emotag` parses the arguments with


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its arguments."""
    parser.description = "Tag texts with the emotions that they express, and print one line for each."
    parser.epilog = (
        "examples:\n"
        '  emotag classify "I can\'t believe you did this for me, thank you!"\n'
        '  emotag classify --local "no server is needed for this"\n'
        "  tail -f agent.log | emotag classify - --json\n\n"
        "A ? after the score says that no label is certain.\n" + EXIT_CODES
    )
    parser.add_argument("texts", nargs="+", metavar="TEXT", help="what was said; - reads one message per line of input")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line (default: text for people)")
    parser.add_argument(
        "--local",
        action="store_true",
        help="tag in this process, without a server; needs the extra emotag[local] (default: ask a server)",
    )
    add_options(parser)
    add_target(parser)
    add_timeout(parser, None, f"{DEFAULT_TIMEOUT:g}; none for lines of input")


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    if args.texts == [STDIN]:
        with Source(STDIN) as source:
            source.refuse_as_output()
    return _local(args) if args.local else _remote(args)


def _local(args: argparse.Namespace) -> int:
    problem = "is of a server, which --local does without; give no --local, or no {}"
    refuse_typed(args, (*OF_A_SERVER, "timeout"), problem, prefix="target_")
    try:
        from emotag.local import EmotionTagger  # noqa: PLC0415 - needs what the base install lacks
    except ModuleNotFoundError as error:
        raise InvalidArgumentError(f"--local: {error}", field="local") from error

    tagger, wanted = EmotionTagger(), options(args)
    texts = _lines() if args.texts == [STDIN] else iter(args.texts)
    return _show(((text, tag) for text in texts for tag in tagger.tag([_item(text)], **wanted)), as_json=args.json)


def _remote(args: argparse.Namespace) -> int:
    # Nobody waits at a prompt for as long as a program may.
    with client(args, Retry(attempts=3)) as server:
        return _show(_tags(server, args), as_json=args.json)


def _show(tags: Iterable[tuple[str, Tag]], *, as_json: bool) -> int:
    errors = 0
    for text, tag in tags:
        _print(text, tag, as_json=as_json)
        errors += tag.error is not None
    return SOME_ERRORS if errors else 0


def _tags(server: EmotionClient, args: argparse.Namespace) -> Iterator[tuple[str, Tag]]:
    if args.texts != [STDIN]:
        tags = server.classify_many(map(_item, args.texts), timeout=args.timeout, **options(args))
        yield from zip(args.texts, tags, strict=True)
        return
    texts: deque[str] = deque()
    for tag in server.stream(_remembered(texts), timeout=args.timeout, **options(args)):
        yield texts.popleft(), tag


def _remembered(texts: deque[str]) -> Iterator[Item]:
    """Lines of standard input, kept in `texts` until their tags come."""
    for text in _lines():
        texts.append(text)
        yield _item(text)


def _lines() -> Iterator[str]:
    with Source(STDIN) as source:
        for line in source:
            yield line.rstrip(b"\r\n").decode(errors="surrogateescape")


def _item(text: str) -> Item:
    """What is sent of a text. Bytes that are no UTF-8 stand in it as Python reads them from arguments as well."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return InvalidArgumentError(
            "text: is not UTF-8; convert it, for example with: iconv -f LATIN1 -t UTF-8",
            reason="INVALID_MESSAGE",
            field="text",
        )
    return text


def _print(text: str, tag: Tag, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"text": text, **record(tag)}), flush=True)
        return
    paint = Paint(sys.stdout)
    shown = text.encode(errors="replace").decode()
    print("\n".join([paint.line(tag, shown), *paint.details(tag)]), flush=True)
