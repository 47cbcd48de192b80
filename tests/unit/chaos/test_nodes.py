"""Outages of a cluster's nodes."""

from __future__ import annotations

from tests.chaos.commands import Names
from tests.chaos.nodes import Nodes


class Node:
    def __init__(self, role: str, calls: list[str]) -> None:
        self._role, self._calls = role, calls

    def kill(self) -> None:
        self._calls.append(f"kill {self._role}")

    def start(self) -> None:
        self._calls.append(f"start {self._role}")


class Three:
    bootstrap = "a:1,b:2,c:3"

    def __init__(self) -> None:
        self.calls: list[str] = []

    def wait_until_in_sync(self) -> None:
        self.calls.append("wait until in sync")

    def leader(self, topic: str, partition: int) -> Node:
        return Node(f"leader of {topic}/{partition}", self.calls)

    def coordinator(self, transactional_id: str) -> Node:
        return Node(f"coordinator of {transactional_id}", self.calls)


def test_a_leader_and_a_coordinator_go_away_in_turn_and_come_back() -> None:
    three = Three()
    nodes = Nodes(three, Names("x"))
    for _ in range(2):
        nodes.kill()
        nodes.start()
    assert three.calls == [
        "kill leader of x.tagged/0",
        "start leader of x.tagged/0",
        "wait until in sync",
        "kill coordinator of x-taggers:x.messages:0",
        "start coordinator of x-taggers:x.messages:0",
        "wait until in sync",
    ]
    assert nodes.killed == ["leader", "coordinator"]
    assert nodes.bootstrap == three.bootstrap


def test_what_is_up_need_not_be_started() -> None:
    three = Three()
    Nodes(three, Names("x")).start()
    assert not three.calls
