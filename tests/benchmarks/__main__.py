"""Print one table in which every line is a ratio measured in the same run; `--json` for machines."""

from __future__ import annotations

import argparse
import json
import platform
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import bulk_rows, kafka_rows, model_rows, service_rows, sight_rows, start_rows, workers_rows
from tests.benchmarks.overload import bench as overload
from tests.benchmarks.peers import bench as peers
from tests.benchmarks.peers import line as peer_line
from tests.benchmarks.row import Row, table
from tests.environment import Environments, default_folder

BULK = "bulk"  # a million rows, several times: only measured when asked for
PARTS: dict[str, Callable[[int], Iterator[Row]]] = {
    "model": model_rows.rows,
    "service": service_rows.rows,
    "sight": sight_rows.rows,
    "start": start_rows.rows,
    "workers": workers_rows.rows,
    "kafka": kafka_rows.rows,
    BULK: bulk_rows.rows,
}
PEERS = "peers"  # has a table of its own, and is only measured when asked for: it needs the package index
OVERLOAD = "overload"  # has a table of its own, too, and takes minutes


def main() -> int:
    """Measure the asked parts; progress goes to stderr, the table to stdout."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument(
        "--part",
        choices=[*PARTS, PEERS, OVERLOAD],
        action="append",
        help=f"only this part; may be repeated (default: all but {BULK} and {OVERLOAD}, which take minutes, and {PEERS}, "
        "which installs other servers from the package index)",
    )
    parser.add_argument(
        "--repeats", type=int, default=5, help="counted pairs per line, after one that is not (default: 5)"
    )
    parser.add_argument(
        "--environments",
        type=Path,
        default=default_folder("emotag-bench"),
        metavar="DIR",
        help=f"where {PEERS} are installed, and kept for the next run (default: %(default)s)",
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help=f"where to draw {OVERLOAD}, .svg or .png")
    args = parser.parse_args()
    parts = args.part or [part for part in PARTS if part != BULK]
    rows = list(_measure([part for part in parts if part in PARTS], args.repeats))
    overloaded = overload.measure() if OVERLOAD in parts else None
    lines = list(_measure_peers(args.environments, args.repeats)) if PEERS in parts else []
    if args.json:
        machine = platform.processor() or platform.machine()
        found = {"machine": machine, "rows": [row.as_dict() for row in rows]}
        if PEERS in parts:
            found[PEERS] = [line.as_dict() for line in lines]
        if overloaded is not None:
            found[OVERLOAD] = overloaded.as_dict()
        print(json.dumps(found, indent=2))
        return 0
    if rows:
        print(table(rows))
        print("\nratio: emotag / baseline, median over pairs measured in turn; bars are those of the design budgets.")
    if lines:
        print(peer_line.table(lines))
        print("\nratio: of the line / emotag asked with as many messages a call, median over pairs measured in turn.")
    if overloaded is not None:
        print(overload.render(overloaded, args.plot))
    return 0


def _measure(parts: list[str], repeats: int) -> Iterator[Row]:
    for part in parts:
        for row in PARTS[part](repeats):
            print(f"measured: {row.what} / {row.baseline_name}: {row.ratio:.3g}", file=sys.stderr, flush=True)
            yield row


def _measure_peers(environments: Path, repeats: int) -> Iterator[peer_line.Line]:
    for line in peers.lines(Environments(environments), repeats):
        figures = line.why if line.rate is None else f"{line.rate:,.0f} messages/s, {line.ratio:.3g}x"
        print(f"measured: {line.what} / {line.texts} / {line.calls}: {figures}", file=sys.stderr, flush=True)
        yield line


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: servers under measurement are ended
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
