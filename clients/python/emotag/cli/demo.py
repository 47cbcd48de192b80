"""`emotag demo`: start the service, play a conversation between agents through its stream, show the tags, stop it."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from typing import TYPE_CHECKING, NoReturn

from emotag.cli.demo_script import CONVERSATION, SCRIPT
from emotag.cli.demo_server import DemoServer, ServerFailedError
from emotag.cli.demo_summary import Summary
from emotag.cli.paint import Paint
from emotag.client import EmotionClient
from emotag.message import Message

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from types import FrameType

    from emotag.tag import Tag

PACE_SECONDS = 0.2
SENDER_WIDTH = max(len(sender) for sender, _ in SCRIPT)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its arguments."""
    parser.description = (
        "Start the service on a free port of this machine, play a scripted conversation between agents through the\n"
        "bidirectional stream, message by message, print each with its emotion as it comes back, and stop the service."
    )
    parser.epilog = "example:\n  emotag demo --fast"
    parser.add_argument("--fast", action="store_true", help="do not pause between messages (default: pause a little)")
    parser.add_argument("--target", default="", metavar="HOST:PORT", help="use this server (default: start one)")


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    pace = 0.0 if args.fast else PACE_SECONDS
    signal.signal(signal.SIGTERM, _leave)  # so that the server is stopped on the way out
    if args.target:
        play(args.target, pace)
        return 0
    print("starting the service ...", flush=True)
    try:
        with DemoServer() as server:
            play(server.target, pace)
    except ServerFailedError as error:
        print(f"emotag demo: error: {error}", file=sys.stderr)
        return 1
    return _report(server.exit_code)


def play(target: str, pace: float) -> None:
    """Send the script, one message every `pace` seconds, and print each when its tag comes."""
    paint, summary = Paint(sys.stdout), Summary()
    with EmotionClient(target) as client:
        info = client.info()
        print(f"{info.model.name} {info.model.version} at {target}\n", flush=True)
        with contextlib.closing(client.stream(_messages(pace, summary))) as tags:
            for (sender, text), tag in zip(SCRIPT, tags, strict=True):
                summary.answered(tag)
                print(_line(paint, sender, text, tag), flush=True)
    print(f"\n{summary.text(info.model)}", flush=True)


def _messages(pace: float, summary: Summary) -> Iterator[Message]:
    for number, (sender, text) in enumerate(SCRIPT):
        message_id = f"{CONVERSATION}-{number}"
        summary.sent(message_id)
        yield Message(text, message_id, CONVERSATION, sender, sent_at=time.time())
        time.sleep(pace)


def _line(paint: Paint, sender: str, text: str, tag: Tag) -> str:
    if tag.error is not None:
        return f"{sender:<{SENDER_WIDTH}}  {paint.line(tag, text)}"
    return f"{sender:<{SENDER_WIDTH}}  {paint.emotion(tag)}  {text}"


def _report(exit_code: int | None) -> int:
    print("the service has stopped" if exit_code == 0 else f"the service ended with exit code {exit_code}", flush=True)
    return 0 if exit_code == 0 else 1


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
