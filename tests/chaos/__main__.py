"""Feed records while taggers and the broker are killed, frozen and restarted, and compare what comes out with what went in.

Prints a line per run. Exit code 1 when any run is not clean.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.brokers.apache import SCRIPT_VARIABLE, Apache
from tests.brokers.cluster import Cluster
from tests.brokers.embedded import Embedded
from tests.chaos.commands import DEATHS, PASSINGS, VARIANTS, TaggerCommand, dies_at
from tests.chaos.faults import Weather
from tests.chaos.nodes import Nodes
from tests.chaos.outcome import Outcome
from tests.chaos.run import QUIET_SECONDS, Plan, Run
from tests.chaos.texts import texts
from tests.chaos.truth import Truth

BROKERS: dict[str, Callable[[], Apache | Embedded | Cluster]] = {
    "apache": Apache,
    "embedded": Embedded,
    "cluster": Cluster,
}
EMBEDDED_QUIET_SECONDS = 150.0  # it may leave a join unanswered for 40 s, and the next one too
_EPILOG = """\
example:
  EMOTAG_TEST_KAFKA=../shared/kafka/kafka.sh python -m tests.chaos --runs 10
  python -m tests.chaos --broker embedded --records 10000
  python -m tests.chaos --records 20000 --kill-at offsets-added --kill-every 0 --freeze-every 0 --broker-every 0
  python -m tests.chaos --records 20000 --sabotage commit-outside     # has to fail
"""


def main() -> int:
    """Do the runs; 0 when all are clean."""
    parser = _parser()
    args = parser.parse_args()
    if args.broker != "embedded" and not os.environ.get(SCRIPT_VARIABLE):
        parser.error(f"name Apache Kafka's start script with {SCRIPT_VARIABLE}, or use --broker embedded")
    truth, clean = Truth(), True
    for seed in range(args.seed, args.seed + args.runs):
        outcome = _run(args, seed, truth)
        clean &= outcome.clean
        print(
            json.dumps({"seed": seed, **outcome.as_dict()}) if args.json else f"seed {seed}: {outcome.line()}",
            flush=True,
        )
    return 0 if clean else 1


def _run(args: argparse.Namespace, seed: int, truth: Truth) -> Outcome:
    plan = _plan(args, seed)
    with tempfile.TemporaryDirectory(prefix="emotag-chaos-") as folder, BROKERS[args.broker]() as broker:
        target = Nodes(broker, plan.names) if isinstance(broker, Cluster) else broker
        outcome = Run(plan, target, truth, _folder(args.logs or folder)).run()
        if not outcome.clean:  # what broke it may not come again for long
            kept = shutil.copytree(args.logs or folder, tempfile.mkdtemp(prefix="emotag-broken-"), dirs_exist_ok=True)
            outcome.problems.append(f"the taggers' logs are kept in {kept}")
        return outcome


def _folder(name: str) -> Path:
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _plan(args: argparse.Namespace, seed: int) -> Plan:
    embedded = args.broker == "embedded"
    weather = Weather(
        kill_every=args.kill_every, freeze_every=args.freeze_every, freeze_seconds=args.session_seconds + 4,
        broker_every=args.broker_every, restart_every=args.restart_every, gentle=embedded,
    )  # fmt: skip
    runners = [dies_at(point) for point in args.kill_at or ()] or [VARIANTS[args.sabotage]]
    tagger = TaggerCommand(
        runners=runners, deaths=DEATHS if args.kill_at else 0, static=embedded, session_seconds=args.session_seconds,
        options=("--engine", args.engine, *(("--devices", "cpu:1") if args.engine == "in-process" else ())),
    )  # fmt: skip
    return Plan(
        texts=texts(longest=args.longest), tagger=tagger, records=args.records, partitions=args.partitions, taggers=args.taggers,
        rate=args.rate, weather=weather, seed=seed, quiet_seconds=EMBEDDED_QUIET_SECONDS if embedded else QUIET_SECONDS,
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    plan, weather = Plan(texts=()), asdict(Weather())
    for name, kind, default, what in (
        ("records", int, plan.records, "how many are fed"),
        ("partitions", int, plan.partitions, "of each topic"),
        ("taggers", int, plan.taggers, "tagger processes"),
        ("runs", int, 1, "each with the next seed, a fresh broker and fresh topics"),
        ("longest", int, 0, "characters of the texts that are fed; 0: no limit"),
        ("rate", float, plan.rate, "records fed per second"),
        ("seed", int, 1, "what the faults are drawn from"),
        ("session-seconds", float, plan.tagger.session_seconds, "session of the consumer group"),
        ("kill-every", float, weather["kill_every"], "seconds between kills of a tagger; 0: none"),
        (
            "freeze-every",
            float,
            weather["freeze_every"],
            "seconds between SIGSTOPs of a tagger, past its session; 0: none",
        ),
        ("restart-every", float, weather["restart_every"], "seconds between SIGTERMs of a tagger; 0: none"),
        ("broker-every", float, weather["broker_every"], "seconds between restarts of the broker; 0: none"),
    ):
        parser.add_argument(f"--{name}", type=kind, default=default, help=f"{what} (default: {default})")
    parser.add_argument(
        "--broker", choices=BROKERS, default="apache",
        help="apache is killed; of a cluster of three nodes, the leader of a partition and the coordinator of a transaction "
        "in turn; embedded is stopped in order, and its taggers are static members (default: apache)",
    )  # fmt: skip
    parser.add_argument("--engine", default="in-process", help="as of `emotag tag-topic` (default: in-process)")
    parser.add_argument(
        "--sabotage", choices=VARIANTS, default="none", help="a tagger that is wrong on purpose (default: none)"
    )
    parser.add_argument(
        "--kill-at",
        choices=PASSINGS,
        action="append",
        help=f"have taggers die at this point, each {DEATHS} times; of several points each is one tagger's; those of "
        "rebalancing need something that moves partitions, such as --restart-every (default: none)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document per run")
    parser.add_argument("--logs", help="folder to leave the taggers' logs in (default: none are left)")
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the finally clauses: taggers and brokers end too
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
