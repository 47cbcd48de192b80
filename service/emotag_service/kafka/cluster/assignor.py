"""Who of the group gets which partitions; whichever member leads the group decides it for all.

The cluster knows a static member by its instance id, the leader by nothing but a member id, which each process gets
anew: a division that goes by member ids comes out differently for the same members. On Apache Kafka that only moves
partitions for nothing. Brokers that let a returning leader divide anew without telling the others, as the embedded
one does, then leave partitions with two members, and others with none, for good. So members tell each other their
instance ids, and where all have one, the same members divide the same partitions alike, whoever does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyAssignorUserDataV1, StickyPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aiokafka.cluster import ClusterMetadata
    from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

_MARK = b"\0instance-id:"  # follows what the sticky assignor reads, which leaves the rest alone


class Assignor(StickyPartitionAssignor):  # type: ignore[misc]  # aiokafka is not typed
    """Moves as few partitions as it can; among static members only, it goes by their instance ids.

    It is "sticky" to the group in both cases: of two strategies in one group the cluster takes one that all members
    name, and aiokafka joins once for each that a member names.

    Attributes:
        instance_id: This member's, or "".
    """

    instance_id = ""

    @classmethod
    def metadata(cls, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """What the leader is told of this member."""
        told = super().metadata(topics)
        if not cls.instance_id:
            return told
        had = told.user_data or StickyAssignorUserDataV1([], cls.DEFAULT_GENERATION_ID).encode()
        return ConsumerProtocolMemberMetadata(told.version, told.subscription, had + _MARK + cls.instance_id.encode())

    @classmethod
    def assign(
        cls, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """Divide the partitions among members, by member id."""
        instances = {_instance_id(told): member for member, told in members.items()}
        if "" in instances or len(instances) < len(members):
            divided: dict[str, ConsumerProtocolMemberAssignment] = super().assign(cluster, members)
            return divided
        by_instance = RoundRobinPartitionAssignor.assign(
            cluster, {instance: members[member] for instance, member in instances.items()}
        )
        return {instances[instance]: given for instance, given in by_instance.items()}


def make_assignor(instance_id: str) -> type[Assignor]:
    """Make the assignor of one member: aiokafka's keep their memory in their class."""
    return type("MemberAssignor", (Assignor,), {"instance_id": instance_id})


def _instance_id(told: ConsumerProtocolMemberMetadata) -> str:
    return bytes(told.user_data or b"").partition(_MARK)[2].decode()
