"""`emotag bench`: what a device makes of the model, or a service of a load, to the person who owns it."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from emotag.errors import InvalidArgumentError
from emotag_service.cli import load_bench

if TYPE_CHECKING:
    from emotag_service.cli.device_bench import Check, Report

FAILED, BAD_INPUT = 1, 2
DESCRIPTION = """\
Measures one replica on a device, without a server: messages a second in batches of several sizes, the latency of single
messages, both beside a transformer of DistilRoBERTa's size (random weights, half precision on a GPU) on the same
device; and compares the scores with those that the CPU computes. Texts are made ones, of the checkpoint's own words,
as long as people's comments.

With --target it loads a service instead: how much it tags at most, and what it does with less and with more."""
EPILOG = """\
examples:
  emotag bench --devices cpu       # one core
  emotag bench --devices cuda      # the first GPU; needs pip install 'emotag[server,torch]'
  emotag bench --devices cuda:1 --json
  emotag bench --target localhost:50051 --plot load.svg
  emotag bench --target emotag.example:443 --tls --calls stream --rates 1000,5000 --seconds 30

The transformer is left out where there is no torch. Exit code 1 means that the device computes other scores than the
CPU does, by more than half precision explains, or that a service lost a message, did not answer one of a stream within
--patience, or answered one twice or out of order;
130 that it was interrupted, and what was measured until then is printed. The way over a GPU was never run on one by its
authors."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--devices",
        help="cpu, cuda for the first GPU, one by its number such as cuda:1, or auto, a GPU where there is one "
        "(default: auto)",
    )
    parser.add_argument(
        "--checkpoint", type=Path, metavar="DIR", help="folder of the checkpoint (default: the one that ships)"
    )
    parser.add_argument(
        "--seconds", type=_seconds, default=2.0, metavar="S", help="length of one measurement (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    load_bench.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Measure; 0 when it is done and all is right, 1 when something is not, 2 for a device or checkpoint not there.

    Raises:
        EmotionError: Options do not go together, or the service does not answer.
    """
    if args.target is None:
        load_bench.check_unused(args)
        return _measure_device(args)
    if args.devices is not None or args.checkpoint is not None:
        raise InvalidArgumentError("--target: a service is asked as it is; leave --devices and --checkpoint out")
    return load_bench.run(args)


def _measure_device(args: argparse.Namespace) -> int:
    from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint  # noqa: PLC0415 - fast --help
    from emotag_service.cli.device_bench import measure  # noqa: PLC0415 - as above
    from emotag_service.engine.errors import DeviceError  # noqa: PLC0415 - as above
    from emotag_service.process.logs import configure  # noqa: PLC0415 - as above

    configure()
    try:
        report = measure(Checkpoint.load(args.checkpoint or default_checkpoint()), args.devices or "auto", args.seconds)
    except (CheckpointError, DeviceError) as error:
        print(f"emotag bench: error: {error}", file=sys.stderr)
        return BAD_INPUT
    print(json.dumps(asdict(report), indent=2) if args.json else render(report))
    return 0 if report.check.agrees else FAILED


def render(report: Report) -> str:
    """The report as text for people."""
    single, check = report.single, report.check
    lines = [
        f"{report.model} on {report.device}, computed by {report.computes}",
        "",
        f"{'messages a batch':>16}  {'messages/s':>12}",
        *(f"{each.size:>16,}  {each.rate:>12,.0f}" for each in report.batches),
        "",
        f"one message alone: p50 {single.p50_ms:.3g} ms, p99 {single.p99_ms:.3g} ms",
        f"transformer of DistilRoBERTa's size: {_transformer(report)}",
        f"scores beside the CPU's ({check.reference}), {check.messages:,} messages: {_differences(check)}",
    ]
    if not check.agrees:
        lines.append("That is more than half precision explains: this device computes wrongly.")
    return "\n".join(lines)


def _differences(check: Check) -> str:
    return f"they differ by {check.largest_difference:.2g} at most, {check.labels_flipped:,} labels are other ones"


def _transformer(report: Report) -> str:
    other = report.transformer
    if other is None:
        return "not measured, there is no torch: pip install 'emotag[torch]'"
    return (
        f"{other.rate:,.0f} messages/s in batches of {other.size}, {other.ratio:,.3g} times as slow; "
        f"one message alone: p50 {other.p50_ms:.3g} ms, p99 {other.p99_ms:.3g} ms"
    )


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 600:
        raise argparse.ArgumentTypeError("must be more than 0 and at most 600 seconds")
    return seconds
