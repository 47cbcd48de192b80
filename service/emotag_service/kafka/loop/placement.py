"""Which partition of the output a record goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka.partitioner import murmur2

if TYPE_CHECKING:
    from emotag_service.kafka.records.record import Outgoing


def place(outgoing: Outgoing, source_partition: int, partitions: int) -> int:
    """Choose the partition of an outgoing record.

    The partition that it names (or came from) where the output has as many. Where it has fewer, the one that every
    Kafka client would choose for its key, so that readers who look by key find it, or for want of a key one that
    depends only on the source, so that what was in order stays in order.

    Args:
        outgoing: What is to be written.
        source_partition: Of the input.
        partitions: How many the output topic has.
    """
    wanted = source_partition if outgoing.partition is None else outgoing.partition
    if wanted < partitions:
        return wanted
    if outgoing.key is None:
        return wanted % partitions
    return int(murmur2(outgoing.key) & 0x7FFFFFFF) % partitions


def reachable(source_partition: int, partitions: int) -> range:
    """Every partition that `place` can choose for what a tagger writes; arguments as there."""
    if source_partition < partitions:
        return range(source_partition, source_partition + 1)
    return range(partitions)
