"""Who of the group gets which partitions."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import pytest
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from aiokafka.structs import TopicPartition

from emotag_service.kafka.cluster.consumers import Assignor, make_assignor

PARTITIONS = 6


class Cluster:
    """As much of aiokafka's as assignors ask for."""

    def topics(self) -> set[str]:
        return {"in"}

    def partitions_for_topic(self, topic: str) -> set[int]:
        assert topic == "in"
        return set(range(PARTITIONS))


class Member:
    """A process of the group."""

    def __init__(self, member_id: str, instance_id: str = "") -> None:
        self.id, self.assignor = member_id, make_assignor(instance_id)

    def told(self) -> ConsumerProtocolMemberMetadata:
        return ConsumerProtocolMemberMetadata.decode(self.assignor.metadata(["in"]).encode())


def divide(leader: Member, *members: Member) -> dict[str, list[TopicPartition]]:
    given = leader.assignor.assign(Cluster(), {member.id: member.told() for member in members})
    for member in members:
        member.assignor.on_assignment(given[member.id])
    divided = {member: one.partitions() for member, one in given.items()}
    assert sorted(chain(*divided.values())) == [TopicPartition("in", number) for number in range(PARTITIONS)]
    return divided


def numbers(divided: Mapping[str, list[TopicPartition]], member: Member) -> list[int]:
    return sorted(partition.partition for partition in divided[member.id])


@pytest.mark.parametrize("returning", [0, 1, 2])
def test_static_members_that_return_divide_as_before(returning: int) -> None:
    members = [Member("id-b", "one"), Member("id-a", "two"), Member("id-c", "three")]
    before = divide(members[0], *members)
    had = [numbers(before, member) for member in members]
    assert [len(one) for one in had] == [2, 2, 2]
    # The process is another, with another member id, and the others have told what they had when they joined.
    for new_id in ("id-0", "id-z"):
        members[returning] = Member(new_id, ("one", "two", "three")[returning])
        after = divide(members[returning], *reversed(members))
        assert [numbers(after, member) for member in members] == had


def test_without_instance_ids_it_goes_by_member_ids() -> None:
    """The reason for them: the process that returns is not known for the one that left."""
    stays, leaves, returns = Member("id-b"), Member("id-a"), Member("id-z")
    before = divide(leaves, stays, leaves)
    stays.assignor.member_assignment = None  # it joined before it had any, and that is what the leader is told
    assert numbers(divide(returns, stays, returns), stays) != numbers(before, stays)


def test_a_dynamic_member_tells_what_the_sticky_assignor_tells() -> None:
    member = Member("id-a")
    assert member.told() == StickyPartitionAssignor.metadata(["in"])
    assert member.assignor.name == StickyPartitionAssignor.name


def test_with_dynamic_members_among_them_as_few_partitions_move_as_can() -> None:
    members = [Member("id-a", "one"), Member("id-b")]
    before = divide(members[0], *members)
    members.append(Member("id-0", "two"))
    after = divide(members[1], *members)
    for member in members[:2]:
        assert set(numbers(after, member)) < set(numbers(before, member))


def test_members_of_before_are_understood() -> None:
    old = StickyPartitionAssignor.metadata(["in"])
    given = make_assignor("one").assign(Cluster(), {"id-a": Member("id-a", "one").told(), "id-b": old})
    assert {member: len(one.partitions()) for member, one in given.items()} == {"id-a": 3, "id-b": 3}


def test_they_understand_a_static_member_that_remembers() -> None:
    member = Member("id-a", "one")
    divide(member, member)
    parsed = StickyPartitionAssignor.parse_member_metadata(member.told())
    assert len(parsed.partitions) == PARTITIONS


def test_one_process_may_be_several_members() -> None:
    first, second = Member("id-a", "one"), Member("id-b", "two")
    divide(first, first)
    assert second.assignor.member_assignment is None
    assert Assignor.instance_id == ""
