"""Outages of a three-node cluster: in turn the node that leads an output partition, and a transaction coordinator's."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

from tests.brokers.cluster import Cluster

if TYPE_CHECKING:
    from tests.brokers.apache import Apache
    from tests.chaos.commands import Names


class Nodes:
    """One node at a time is away, and none before the last one is in sync again: two of three have to be.

    Attributes:
        killed: What each of the nodes was that were killed.
    """

    def __init__(self, cluster: Cluster, names: Names) -> None:
        self._cluster, self._names = cluster, names
        self._roles = cycle(("leader", "coordinator"))
        self._away: Apache | None = None
        self.killed: list[str] = []

    @property
    def bootstrap(self) -> str:
        return self._cluster.bootstrap

    def kill(self) -> None:
        role = next(self._roles)
        self._away = self._node(role)
        self._away.kill()
        self.killed.append(role)

    stop = kill

    def start(self) -> None:
        if self._away is not None:
            self._away.start()
            self._cluster.wait_until_in_sync()

    def _node(self, role: str) -> Apache:
        if role == "leader":
            return self._cluster.leader(self._names.output, 0)
        return self._cluster.coordinator(f"{self._names.group}:{self._names.input}:0")
