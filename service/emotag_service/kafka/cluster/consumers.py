"""Consumers: how they are made, who of a group gets which partitions, and what the group has committed."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyAssignorUserDataV1, StickyPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorForGroupError,
    for_code,
)

from emotag_service.kafka.cluster.aiokafka_private import (
    FoundOffset,
    OffsetFetch,
    ask_group_coordinator,
    bound_batches,
    found_offset,
    group_of,
    look_for_group_coordinator,
)
from emotag_service.kafka.errors import TaggerError, UnreadableBatchError
from emotag_service.kafka.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aiokafka import TopicPartition
    from aiokafka.cluster import ClusterMetadata
    from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

_MARK = b"\0instance-id:"  # follows what the sticky assignor reads, which leaves the rest alone
_A_DAY_MS = 24 * 60 * 60 * 1000
_PAUSE_SECONDS = 0.1
_NO_TIMESTAMP = -1  # as record batches of today say it; of the formats before them aiokafka makes None
_UNSTABLE_SECONDS = 60.0  # the end of a transaction is applied within milliseconds, or never
_ELSEWHERE = (NotCoordinatorForGroupError, GroupCoordinatorNotAvailableError)
_UNSTABLE = 88  # a transaction of this partition's offset has ended, and its end is not applied yet


class Assignor(StickyPartitionAssignor):  # type: ignore[misc]  # aiokafka is not typed
    """Moves as few partitions as it can; among static members only, it goes by their instance ids.

    Whichever member leads the group decides for all. The cluster knows a static member by its instance id, the leader
    by nothing but a member id, which each process gets anew: a division that goes by member ids comes out differently
    for the same members. On Apache Kafka that only moves partitions for nothing. Brokers that let a returning leader
    divide anew without telling the others, as the embedded one does, then leave partitions with two members, and others
    with none, for good. So members tell each other their instance ids, and where all have one, the same members divide
    the same partitions alike, whoever does it.

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


def group_member(
    client: dict[str, Any],
    group: str,
    *,
    instance_id: str,
    session_seconds: float,
    heartbeat_seconds: float,
    rebalance_seconds: float,
    discovery_seconds: float,
) -> AIOKafkaConsumer:
    """Make a consumer that shares the partitions of its topics with its group, not started.

    Args:
        client: Arguments of every client of the cluster.
        group: Its consumer group.
        instance_id: Its name as a static member, or empty.
        session_seconds: Silence after which the group gives its partitions to others.
        heartbeat_seconds: Between two signs of life.
        rebalance_seconds: How long members have to come back when partitions move.
        discovery_seconds: How often new partitions and topics are looked for.
    """
    bound_batches()
    return AIOKafkaConsumer(
        **client,
        group_id=group,
        group_instance_id=instance_id or None,
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="none",
        session_timeout_ms=int(session_seconds * 1000),
        heartbeat_interval_ms=int(heartbeat_seconds * 1000),
        rebalance_timeout_ms=int(rebalance_seconds * 1000),
        # Heartbeats run on the loop that polls, so they tell as much; and an engine that is away for long is
        # waited for, without leaving the group.
        max_poll_interval_ms=_A_DAY_MS,
        metadata_max_age_ms=int(discovery_seconds * 1000),
        partition_assignment_strategy=(make_assignor(instance_id),),
    )


def lone_consumer(
    client: dict[str, Any], *, group: str | None = None, start: str = "earliest", wait_ms: int = 500
) -> AIOKafkaConsumer:
    """Make a consumer of committed records that joins no group, not started; assign it partitions by hand.

    Args:
        client: Arguments of every client of the cluster.
        group: Whose committed offsets it goes on from and can be asked for.
        start: Where it begins without any: "earliest" or "latest".
        wait_ms: How long a broker may keep a fetch that finds nothing.
    """
    bound_batches()
    return AIOKafkaConsumer(
        **client,
        group_id=group,
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset=start,
        fetch_max_wait_ms=wait_ms,
    )


def as_record(found: Any) -> Record:
    """The record that a consumer of aiokafka handed over.

    Raises:
        UnreadableBatchError: That is in its place.
    """
    if isinstance(found, UnreadableBatchError):
        raise found
    timestamp = _NO_TIMESTAMP if found.timestamp is None else found.timestamp
    return Record(found.topic, found.partition, found.offset, timestamp, found.key, found.value, tuple(found.headers))


async def committed_offset(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    """Return the offset that the consumer's group has committed for a partition; None when there is none.

    `AIOKafkaConsumer.committed` (aiokafka 0.14) will not do, for two reasons. A coordinator that is still loading, or
    no longer one, says so for the group as a whole and lists no partition; aiokafka does not read that error and
    answers as if nothing were committed: everything would be read again or, where a group begins at the end, left out.
    And it does not ask for stable offsets: a coordinator may show the offset from before a transaction that has
    ended already (KAFKA-17507), and what that transaction holds would be tagged twice.

    Raises:
        KafkaError: The coordinator refuses, and will go on to.
        TaggerError: A transaction whose end nobody will write holds the offset.
    """
    began = time.monotonic()
    while True:
        code, offset = await _ask(consumer, partition)
        if not code:
            return None if offset < 0 else offset
        if code == _UNSTABLE and time.monotonic() - began > _UNSTABLE_SECONDS:
            raise TaggerError(
                f"reading what is committed of {partition.topic}/{partition.partition}: a transaction that its "
                "coordinator calls complete is still open in __consumer_offsets (KAFKA-20734); find it with "
                "`kafka-transactions.sh find-hanging`"
            )
        error = for_code(code)
        if code != _UNSTABLE and not error.retriable:
            raise error()
        if error in _ELSEWHERE:
            look_for_group_coordinator(consumer)
        await asyncio.sleep(_PAUSE_SECONDS)


async def _ask(consumer: AIOKafkaConsumer, partition: TopicPartition) -> FoundOffset:
    request = OffsetFetch(group_of(consumer), partition.topic, partition.partition)
    while True:
        try:
            return found_offset(await ask_group_coordinator(consumer, request))
        except KafkaError as error:  # the connection; aiokafka goes on in the same way
            if not error.retriable:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
