"""The part of `emotag bench` that loads a service, chosen by `--target`."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotag.cli.arguments import add_security, connection
from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    import argparse

    from emotag_service.load_test.ladder import Load
    from emotag_service.load_test.step import LoadReport, Step
    from emotag_service.load_test.texts import Texts

WRONG, INTERRUPTED = 1, 130
UNARY, STREAM, BOTH = "unary", "stream", "both"
DEFAULTS: dict[str, Any] = {
    "calls": BOTH,
    "rates": None,
    "loads": (0.5, 0.8, 1.0, 1.5, 2.0, 3.0),
    "patience": 5.0,
    "connections": 8,
    "streams": 1,
    "input": None,
    "plot": None,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    group = parser.add_argument_group(
        "load test of a service",
        "Messages arrive at random moments (a Poisson process), whether or not the service keeps up, and waiting "
        "counts from the moment that was planned. First is found how much it tags at most; then a step is run at each "
        "multiple of that.",
    )
    group.add_argument("--target", metavar="HOST:PORT", help="the service; without it a device is measured")
    group.add_argument(
        "--calls", choices=(UNARY, STREAM, BOTH), default=DEFAULTS["calls"],
        help="calls of one message each, streams, or one after the other (default: %(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--rates", type=_positive_numbers, metavar="R,...", default=DEFAULTS["rates"],
        help="messages a second that arrive, a step each (default: --loads)",
    )  # fmt: skip
    group.add_argument(
        "--loads", type=_positive_numbers, metavar="X,...", default=DEFAULTS["loads"],
        help="the same as multiples of what it tags at most (default: .5,.8,1,1.5,2,3)",
    )  # fmt: skip
    group.add_argument(
        "--patience", type=_positive, metavar="S", default=DEFAULTS["patience"],
        help="seconds after which a tag is worth nothing; the deadline of a unary call (default: %(default)g)",
    )  # fmt: skip
    group.add_argument(
        "--connections", type=_number, metavar="N", default=DEFAULTS["connections"],
        help="connections of unary calls; a server takes 512 calls at once on one (default: %(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--streams", type=_number, metavar="N", default=DEFAULTS["streams"],
        help="streams that messages take in turn (default: %(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--input", metavar="FILE", default=DEFAULTS["input"],
        help="texts, as emotag stream reads them (default: made ones, each once)",
    )  # fmt: skip
    group.add_argument(
        "--plot", type=Path, metavar="FILE", default=DEFAULTS["plot"],
        help="draw a picture, .svg or .png; needs emotag[plot]",
    )  # fmt: skip
    add_security(parser)


def check_unused(args: argparse.Namespace) -> None:
    """See to it that nobody asks for a load test without saying of what.

    Raises:
        InvalidArgumentError: An option of the load test is given.
    """
    given = [name for name, default in DEFAULTS.items() if getattr(args, name) != default]
    if given:
        raise InvalidArgumentError(f"--{given[0]}: is of a load test; name the service with --target", field=given[0])


def run(args: argparse.Namespace) -> int:
    """Load the service; 0 when every answer was right, 1 when one was not, 130 when it was interrupted.

    Raises:
        InvalidArgumentError: An option cannot be used.
        EmotionError: The service does not answer.
    """
    from emotag_service.load_test.plot import check_plot, draw  # noqa: PLC0415 - fast --help
    from emotag_service.load_test.table import table  # noqa: PLC0415 - as above

    if args.plot is not None:
        check_plot(args.plot)
    report = _measure(args, _texts(args.input))
    print(json.dumps(asdict(report), indent=2) if args.json else table(report))
    if args.plot is not None and report.steps:
        draw(report, args.plot)
    if report.interrupted:
        return INTERRUPTED
    return 0 if all(step.correct for step in report.steps) else WRONG


def _measure(args: argparse.Namespace, texts: Texts) -> LoadReport:
    from emotag_service.load_test.ladder import Ladder  # noqa: PLC0415 - fast --help

    ladder = Ladder(_load(args), texts, _show)
    return asyncio.run(ladder.run(connection(args)))


def _texts(path: str | None) -> Texts:
    from emotag_service.load_test.texts import made_texts, texts_of_file  # noqa: PLC0415 - fast --help

    return made_texts() if path is None else texts_of_file(path)


def _load(args: argparse.Namespace) -> Load:
    from emotag_service.load_test.ladder import Load  # noqa: PLC0415 - fast --help

    return Load(
        calls=(UNARY, STREAM) if args.calls == BOTH else (args.calls,),
        rates=args.rates or (),
        loads=args.loads,
        seconds=args.seconds,
        patience=args.patience,
        connections=args.connections,
        streams=args.streams,
    )


def _show(step: Step) -> None:
    print(
        f"{step.calls}, {step.rate:,.0f}/s arrive: {step.throughput:,.0f}/s tagged, {step.refused:,} refused",
        file=sys.stderr,
        flush=True,
    )


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def _positive_numbers(text: str) -> tuple[float, ...]:
    return tuple(_positive(part) for part in text.split(","))


def _number(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value
