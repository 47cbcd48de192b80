"""Nothing lost, nothing doubled, nothing altered while taggers and brokers die: the small form of `python -m tests.chaos`.

Taggers compute on one service, so that one that starts again is there in a second; in the large form each has its own model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.brokers.capabilities import LACKS, Capability, needs
from tests.brokers.cluster import Cluster
from tests.brokers.protocol import Broker
from tests.chaos.commands import REBALANCING, VARIANTS, WRITING, TaggerCommand, dies_at
from tests.chaos.faults import Fault, Weather
from tests.chaos.nodes import Nodes
from tests.chaos.outcome import Outcome
from tests.chaos.run import Plan, Run
from tests.chaos.texts import texts
from tests.chaos.truth import Truth

# On two cores that are busy three brokers and three taggers take their time; whatever hangs has bounds of its own.
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

RECORDS = 5000
RATE = 500.0  # so that it takes ten seconds: it has to go wrong while records come
# The least that a broker allows unless it is told otherwise, as the Apache Kafka of these tests is.
SESSION_SECONDS = {"apache": 3.0, "embedded": 6.0, "external": 6.0}
CALM = Weather(kill_every=0, freeze_every=0, broker_every=0)


Small = Callable[..., Plan]


@pytest.fixture(scope="session")
def truth() -> Truth:
    return Truth()


@pytest.fixture
def small(service: str) -> Small:
    return partial(make_small, service)


def make_small(service: str, broker: Broker, weather: Weather, **changes: object) -> Plan:
    """A plan of a few seconds. Where dead members are never expired, they have a name that they come back under."""
    static = Capability.EXPIRES_DEAD_MEMBERS in LACKS[broker.name]
    tagger = TaggerCommand(
        runners=changes.pop("runners", (VARIANTS["none"],)), deaths=changes.pop("deaths", 0), static=static,
        session_seconds=SESSION_SECONDS[broker.name], options=("--engine", f"grpc://{service}"),
    )  # fmt: skip
    settings = {"records": RECORDS, "rate": RATE, "taggers": 2, **changes}
    return Plan(texts=texts(longest=160), tagger=tagger, weather=weather, **settings)


def assert_clean(outcome: Outcome) -> None:
    assert outcome.clean, outcome.line()
    assert outcome.findings.fed >= RECORDS


def assert_each_died(outcome: Outcome, points: Sequence[str]) -> None:
    alive = [point for point, deaths in zip(points, outcome.deaths, strict=True) if not deaths]
    assert not alive, f"nobody died at {alive}: {outcome.line()}"


def test_taggers_and_the_broker_are_killed(own_broker: Broker, small: Small, truth: Truth, tmp_path: Path) -> None:
    needs(own_broker, Capability.RESTART, Capability.TRANSACTIONS_THROUGH_RESTART)
    weather = Weather(kill_every=3, freeze_every=0, broker_every=7, broker_seconds=1)
    outcome = Run(small(own_broker, weather, taggers=3), own_broker, truth, tmp_path).run()
    assert_clean(outcome)
    assert outcome.faults[Fault.KILL] >= 2, outcome.line()
    assert outcome.faults[Fault.BROKER] >= 1, outcome.line()


def test_static_taggers_are_killed_whichever_leads(
    embedded_broker: Broker, small: Small, truth: Truth, tmp_path: Path
) -> None:
    # On this broker a leader that comes back divides the partitions anew, and the others may not hear of it.
    weather = Weather(kill_every=2, freeze_every=0, broker_every=0)
    outcome = Run(small(embedded_broker, weather, seed=7, taggers=3), embedded_broker, truth, tmp_path).run()
    assert_clean(outcome)
    assert outcome.faults[Fault.KILL] >= 3, outcome.line()


def test_offsets_committed_outside_of_the_transaction_are_found_out(
    embedded_broker: Broker, small: Small, truth: Truth, tmp_path: Path
) -> None:
    plan = small(embedded_broker, Weather(kill_every=2, freeze_every=0, broker_every=0), seed=2,
                 runners=(VARIANTS["commit-outside"],), taggers=1)  # fmt: skip
    outcome = Run(plan, embedded_broker, truth, tmp_path).run()
    assert outcome.findings.doubled > 0, outcome.line()
    assert not outcome.findings.lost


def test_taggers_die_between_sending_and_committing(
    apache_broker: Broker, small: Small, truth: Truth, tmp_path: Path
) -> None:
    runners = [dies_at(point) for point in WRITING]
    plan = small(apache_broker, CALM, seed=3, runners=runners, deaths=2, taggers=len(runners))
    outcome = Run(plan, apache_broker, truth, tmp_path).run()
    assert_clean(outcome)
    assert_each_died(outcome, WRITING)


def test_taggers_die_while_partitions_move(apache_broker: Broker, small: Small, truth: Truth, tmp_path: Path) -> None:
    runners = [dies_at(point) for point in REBALANCING]
    # Taggers that start together are assigned their partitions once and for all: what moves them first is a restart.
    weather = Weather(kill_every=0, freeze_every=0, broker_every=0, restart_every=4)
    plan = small(apache_broker, weather, seed=4, rate=RATE / 2, runners=runners, deaths=2, taggers=len(runners))
    outcome = Run(plan, apache_broker, truth, tmp_path).run()
    assert_clean(outcome)
    assert_each_died(outcome, REBALANCING)


def test_a_zombie_publishes_nothing_and_comes_back(
    apache_broker: Broker, small: Small, truth: Truth, tmp_path: Path
) -> None:
    weather = Weather(kill_every=0, freeze_every=6, freeze_seconds=SESSION_SECONDS["apache"] + 4, broker_every=0)
    outcome = Run(small(apache_broker, weather, seed=5), apache_broker, truth, tmp_path).run()
    assert_clean(outcome)
    assert outcome.faults[Fault.FREEZE] >= 1
    # It ends as fenced, or rejoins; nobody else has a reason to end.
    assert set(outcome.exits) <= {5}, outcome.line()
    logs = [logged for path in tmp_path.glob("*.log") for logged in events(path)]
    back = [logged for logged in logs if logged["event"] in {"lane begins again", "partitions revoked"}]
    assert back, "nobody noticed that a tagger was away"


def test_nodes_of_a_cluster_are_killed(cluster: Cluster, small: Small, truth: Truth, tmp_path: Path) -> None:
    weather = Weather(kill_every=0, freeze_every=0, broker_every=6, broker_seconds=1)
    plan = small(cluster, weather, seed=6, rate=RATE / 2)  # 20 s, into which two outages fall whatever the seed
    nodes = Nodes(cluster, plan.names)
    outcome = Run(plan, nodes, truth, tmp_path).run()
    assert_clean(outcome)
    assert nodes.killed[:2] == ["leader", "coordinator"]


def events(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]
