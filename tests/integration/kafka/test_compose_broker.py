"""A real Apache Kafka with the broker settings of deploy/compose.yaml: the image turns these variables into properties."""

from __future__ import annotations

from collections.abc import Callable

from confluent_kafka import Producer

from tests.brokers.admin import QUIET, make_topic
from tests.brokers.apache import Apache
from tests.brokers.ports import stable_port
from tests.brokers.records import read
from tests.unit.deploy.files import services

VARIABLES = services()["kafka"]["environment"]
NOT_PROPERTIES = {"CLUSTER_ID", "KAFKA_HEAP_OPTS"}
SECONDS = 30


def properties() -> dict[str, str]:
    """KAFKA_NODE_ID=1 is node.id=1, and so on."""
    names = [name for name in VARIABLES if name not in NOT_PROPERTIES]
    return {name.removeprefix("KAFKA_").lower().replace("_", "."): VARIABLES[name] for name in names}


def on_loopback(settings: dict[str, str]) -> dict[str, str]:
    """The same where there is no network of containers: other addresses, data where the fixture has it."""
    outside = stable_port()
    places = {
        "controller.quorum.voters": "1@127.0.0.1:{controller}",
        "listeners": f"INSIDE://127.0.0.1:{{port}},OUTSIDE://127.0.0.1:{outside},CONTROLLER://127.0.0.1:{{controller}}",
        "advertised.listeners": f"INSIDE://127.0.0.1:{{port}},OUTSIDE://127.0.0.1:{outside}",
        "log.dirs": "{folder}/log",
    }
    assert places.keys() <= settings.keys()
    return {**settings, **places}


def test_one_node_of_its_settings_takes_transactions(make_apache: Callable[..., Apache]) -> None:
    settings = on_loopback(properties())
    node = make_apache(extra="\n".join(f"{name}={value}" for name, value in settings.items()))
    assert make_topic(node.bootstrap, "agent.messages", partitions=6, replicas=1)
    producer = Producer({"bootstrap.servers": node.bootstrap, "transactional.id": "compose", **QUIET})
    producer.init_transactions(SECONDS)
    producer.begin_transaction()
    producer.produce("agent.messages", b"said")
    producer.commit_transaction(SECONDS)
    assert [one.value for one in read(node.bootstrap, "agent.messages")] == [b"said"]
    node.close()


def test_what_one_node_needs_is_said_in_the_file_itself() -> None:
    said = properties()
    for name in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
        assert said[f"{name}.replication.factor"] == "1"
    assert said["transaction.state.log.min.isr"] == "1"
    assert said["auto.create.topics.enable"] == "false"
