"""Print one table in which every line is a ratio measured in the same run; `--json` for machines."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterator

from tests.benchmarks import kafka_rows, model_rows, service_rows, start_rows, workers_rows
from tests.benchmarks.row import Row, table

PARTS: dict[str, Callable[[int], Iterator[Row]]] = {
    "model": model_rows.rows,
    "service": service_rows.rows,
    "start": start_rows.rows,
    "workers": workers_rows.rows,
    "kafka": kafka_rows.rows,
}


def main() -> int:
    """Measure the asked parts; progress goes to stderr, the table to stdout."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be repeated (default: all)")
    parser.add_argument(
        "--repeats", type=int, default=5, help="counted pairs per line, after one that is not (default: 5)"
    )
    args = parser.parse_args()
    rows = list(_measure(args.part or list(PARTS), args.repeats))
    if args.json:
        print(
            json.dumps(
                {"machine": platform.processor() or platform.machine(), "rows": [row.as_dict() for row in rows]},
                indent=2,
            )
        )
    else:
        print(table(rows))
        print("\nratio: emotag / baseline, median over pairs measured in turn; bars are those of the design budgets.")
    return 0


def _measure(parts: list[str], repeats: int) -> Iterator[Row]:
    for part in parts:
        for row in PARTS[part](repeats):
            print(f"measured: {row.what} / {row.baseline_name}: {row.ratio:.3g}", file=sys.stderr, flush=True)
            yield row


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
