"""`emotag demo`: a conversation between agents through the service's stream, then through topics."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Protocol, cast

from emotag.cli.child import ChildFailedError
from emotag.cli.demo_script import CONVERSATION, SCRIPT, SENDER_WIDTH
from emotag.cli.demo_server import DemoServer
from emotag.cli.demo_summary import Summary
from emotag.cli.paint import Paint
from emotag.client import EmotionClient
from emotag.message import Message

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from types import FrameType

    from emotag.tag import Tag

PACE_SECONDS = 0.15
KAFKA_ROAD = "emotag_service.cli.demo_kafka"  # by name, as every command: the SDK knows nothing of the service
BAD_USAGE = 2


class KafkaRoad(Protocol):
    """What the module of the second road offers."""

    def play(self, pace: float, engine: str) -> None:
        """Play the script through topics, tagged by this engine; raises ChildFailedError."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its arguments."""
    parser.description = (
        "Play a scripted conversation between agents through both roads. First gRPC: start the service on a free port\n"
        "of this machine, send message by message through its stream, print each with its emotion as it comes back.\n"
        "Then Kafka: start the embedded broker, attach a tagger to a topic, let the agents write to that, print the\n"
        "tagged records as they arrive. Everything is stopped in order."
    )
    parser.epilog = "examples:\n  emotag demo --fast\n  emotag demo --road kafka"
    parser.add_argument("--fast", action="store_true", help="do not pause between messages (default: pause a little)")
    parser.add_argument(
        "--road",
        choices=("grpc", "kafka", "both"),
        help="which road to show (default: both; only grpc with --target, or without the extra that Kafka needs)",
    )
    parser.add_argument("--target", default="", metavar="HOST:PORT", help="use this server (default: start one)")


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)  # so that what was started is stopped on the way out
    road = args.road or ("grpc" if args.target else "both")
    pace = 0.0 if args.fast else PACE_SECONDS
    kafka = None if road == "grpc" else _kafka_road(optional=args.road is None)
    try:
        if args.target:
            _travel(road, kafka, args.target, pace)
        elif road == "kafka":
            _travel(road, kafka, "", pace)
        else:
            return _serve_and_travel(road, kafka, pace)
    except ChildFailedError as error:
        print(f"emotag demo: error: {error}", file=sys.stderr)
        return 1
    return 0


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


def _kafka_road(*, optional: bool) -> KafkaRoad | None:
    """Import the second road before anything runs; None when what it needs is not installed and nobody insisted."""
    try:
        return cast("KafkaRoad", importlib.import_module(KAFKA_ROAD))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in {"emotag", "emotag_model", "emotag_service"}:
            raise
        problem = f"the Kafka road needs {error.name}; install it with: pip install 'emotag[demo]'"
        if not optional:
            raise SystemExit(_bad_usage(problem)) from error
        print(f"{problem}\n", flush=True)
        return None


def _serve_and_travel(road: str, kafka: KafkaRoad | None, pace: float) -> int:
    print("starting the service ...", flush=True)
    with DemoServer() as server:
        _travel(road, kafka, server.target, pace)
    return _report(server.exit_code)


def _travel(road: str, kafka: KafkaRoad | None, target: str, pace: float) -> None:
    """Play what was asked for; the tagger asks the service for tags where there is one, and computes them elsewhere."""
    if road != "kafka":
        play(target, pace)
    if road == "both" and kafka is not None:
        print(flush=True)
    if kafka is not None:
        kafka.play(pace, f"grpc://{target}" if target else "in-process")


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


def _bad_usage(problem: str) -> int:
    print(f"emotag demo: error: {problem}", file=sys.stderr)
    return BAD_USAGE


def _leave(number: int, frame: FrameType | None) -> None:
    """End by a signal. What is raised while something is deleted goes nowhere: then the signal comes again."""
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            threading.Timer(0.01, os.kill, (os.getpid(), number)).start()
            return
        frame = frame.f_back
    sys.exit(128 + number)
