"""Three nodes of Apache Kafka with replication 3, two of which must be in sync."""

from __future__ import annotations

import time
from typing import Self

from confluent_kafka import KafkaException

from tests.brokers.admin import admin
from tests.brokers.apache import READY_SECONDS, Apache
from tests.brokers.ports import stable_port

LOOK_SECONDS = 0.2


class Cluster:
    """Its nodes can be stopped, killed and started one by one.

    Attributes:
        nodes: By node id, from 1.
    """

    name = "apache"
    pid = None

    def __init__(self, *, extra: str = "", heap: str = "256m", size: int = 3) -> None:
        ports = {node: (stable_port(), stable_port()) for node in range(1, size + 1)}
        voters = ",".join(f"{node}@127.0.0.1:{controller}" for node, (_, controller) in ports.items())
        self.nodes = {
            node: Apache(extra=extra, heap=heap, node=(node, voters), ports=pair) for node, pair in ports.items()
        }

    @property
    def bootstrap(self) -> str:
        return ",".join(node.bootstrap for node in self.nodes.values())

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        for node in self.nodes.values():
            node.launch()
        for node in self.nodes.values():
            node.wait_until_ready(replicas=len(self.nodes))

    def stop(self) -> None:
        for node in self.nodes.values():
            node.stop()

    def kill(self) -> None:
        for node in self.nodes.values():
            node.kill()

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()

    def wait_until_in_sync(self) -> None:
        """Wait until every replica has all: with one behind, the end of another node leaves too few to write to."""
        until = time.monotonic() + READY_SECONDS
        while behind := self._behind():
            if time.monotonic() > until:
                raise RuntimeError(f"replicas of {', '.join(behind)} were not in sync in {READY_SECONDS:g} s")
            time.sleep(LOOK_SECONDS)

    def _behind(self) -> list[str]:
        try:
            topics = admin(self.bootstrap).list_topics(timeout=30).topics.values()
        except KafkaException as error:
            return [f"all: {error}"]
        return [
            f"{topic.topic}/{partition.id}"
            for topic in topics
            for partition in topic.partitions.values()
            if set(partition.isrs) != set(partition.replicas)
        ]

    def leader(self, topic: str, partition: int) -> Apache:
        """The node that leads a partition now."""
        found = admin(self.bootstrap).list_topics(topic, timeout=30).topics[topic].partitions[partition].leader
        return self.nodes[found]

    def coordinator(self, transactional_id: str) -> Apache:
        """The node that coordinates the transactions of this id now; there has to have been one."""
        state = "__transaction_state"
        partitions = len(admin(self.bootstrap).list_topics(state, timeout=30).topics[state].partitions)
        return self.leader(state, _positive_hash(transactional_id) % partitions)


def _positive_hash(text: str) -> int:
    """Java's String.hashCode as Kafka's Utils.abs makes it positive: what a transactional id is placed by."""
    value = 0
    encoded = text.encode("utf-16-be")
    for unit in zip(encoded[::2], encoded[1::2], strict=True):
        value = (31 * value + int.from_bytes(unit)) & 0xFFFFFFFF
    return min(value, (1 << 32) - value) & 0x7FFFFFFF
