"""Fixtures: brokers that live as long as the session, brokers of a test's own, and topics that nobody else uses.

`broker` runs a test once on every broker that there is: the embedded one always, Apache Kafka when EMOTAG_TEST_KAFKA names its
start script, somebody's cluster when EMOTAG_TEST_BOOTSTRAP names it. A test that needs what one of them lacks says so by
`needs(broker, Capability.…)`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.brokers import apache as apache_module
from tests.brokers import external as external_module
from tests.brokers.admin import delete_topics, make_topic
from tests.brokers.apache import Apache
from tests.brokers.cluster import Cluster
from tests.brokers.embedded import Embedded
from tests.brokers.external import External
from tests.brokers.protocol import Broker

MAKERS: dict[str, Callable[[], Broker]] = {"embedded": Embedded, "apache": Apache, "external": External}


def available() -> list[str]:
    """The brokers that tests run on here."""
    names = ["embedded"]
    if os.environ.get(apache_module.SCRIPT_VARIABLE):
        names.append("apache")
    if os.environ.get(external_module.VARIABLE):
        names.append("external")
    return names


class Brokers:
    """Those of the session, each started when it is needed first."""

    def __init__(self) -> None:
        self._started: dict[str, Broker] = {}

    def get(self, name: str) -> Broker:
        """It, and up: a test before may have stopped it."""
        if name not in self._started:
            self._started[name] = MAKERS[name]()
        self._started[name].start()
        return self._started[name]

    def close(self) -> None:
        """Stop them."""
        with ExitStack() as stack:
            for broker in self._started.values():
                stack.callback(broker.close)


@pytest.fixture(scope="session")
def brokers() -> Iterator[Brokers]:
    made = Brokers()
    yield made
    made.close()


@pytest.fixture(params=available())
def broker(request: pytest.FixtureRequest, brokers: Brokers) -> Broker:
    """Every broker in turn, shared by the whole session."""
    return brokers.get(request.param)


@pytest.fixture
def embedded_broker(brokers: Brokers) -> Broker:
    """The embedded broker alone, shared by the whole session."""
    return brokers.get("embedded")


@pytest.fixture
def apache_broker(brokers: Brokers) -> Broker:
    """Apache Kafka alone, shared by the whole session; skips where there is none."""
    _need_apache()
    return brokers.get("apache")


@pytest.fixture(params=available())
def own_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Every broker in turn, started for this test, which may kill it."""
    made = MAKERS[request.param]()
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def make_apache() -> Iterator[Callable[..., Apache]]:
    """Start an Apache Kafka with settings of its own (see Apache); it stops with the session, or by `close`."""
    with ExitStack() as stack:

        def make(**settings: str) -> Apache:
            _need_apache()
            return stack.enter_context(Apache(**settings))

        yield make


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Three nodes of Apache Kafka of this test's own; skips where there is none."""
    _need_apache()
    with Cluster() as made:
        yield made


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name that nothing else on the broker has: for groups, and as the beginning of topics."""
    return f"{re.sub(r'[^a-z0-9]+', '-', request.node.originalname.lower())[:60].strip('-')}-{os.urandom(4).hex()}"


@pytest.fixture
def new_topic(name: str) -> Iterator[Callable[..., str]]:
    """Makes topics: new_topic(broker, "in", partitions=6, max_message_bytes="2000") returns its whole name."""
    made: list[tuple[Broker, str]] = []

    def make(broker: Broker, role: str, *, partitions: int = 6, **config: str) -> str:
        topic = f"{name}.{role}"
        config.setdefault("retention_ms", "-1")  # by default records of last week's timestamps would vanish
        assert make_topic(broker.bootstrap, topic, partitions=partitions, **config), f"{topic} was refused"
        made.append((broker, topic))
        return topic

    yield make
    for broker, topic in made:
        if broker.name == "external":
            delete_topics(broker.bootstrap, topic)


def _need_apache() -> None:
    if "apache" not in available():
        pytest.skip(f"no Apache Kafka here: name its start script with {apache_module.SCRIPT_VARIABLE}")
