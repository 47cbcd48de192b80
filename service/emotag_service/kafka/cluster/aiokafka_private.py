"""aiokafka's private names, all of them here: who takes another version of it looks at this file first.

Read and tried with aiokafka 0.14.0. Each function says what is asked for and why the public way will not do; nothing
else in the front may reach for a name that begins with an underscore, which a test holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
    from aiokafka.admin import AIOKafkaAdminClient


async def ask_any_broker(admin: AIOKafkaAdminClient, request: Any) -> Any:
    """Send a request to any broker: the admin client's own question for topics has the broker create them."""
    return await admin._send_request(request)  # noqa: SLF001 - see the module


def group_of(consumer: AIOKafkaConsumer) -> str:
    """The consumer's group, which the consumer does not tell."""
    group: str = consumer._coordinator.group_id  # noqa: SLF001 - see the module
    return group


async def ask_group_coordinator(consumer: AIOKafkaConsumer, request: Any) -> Any:
    """Send a request to the coordinator of the consumer's group, once that is found: consumers ask only their own.

    Raises:
        KafkaError: There is no connection to it, or it refuses.
    """
    coordinator = consumer._coordinator  # noqa: SLF001 - see the module
    await coordinator.ensure_coordinator_known()
    return await coordinator._send_req(request)  # noqa: SLF001 - see the module


def look_for_group_coordinator(consumer: AIOKafkaConsumer) -> None:
    """Have the next request look for the coordinator anew: who was asked has said that it is not."""
    consumer._coordinator.coordinator_dead()  # noqa: SLF001 - see the module


def add_partitions(producer: AIOKafkaProducer, partitions: Iterable[TopicPartition]) -> None:
    """Have partitions become part of the open transaction; publicly only a record in each would do it."""
    for partition in partitions:
        producer._txn_manager.maybe_add_partition_to_txn(partition)  # noqa: SLF001 - see the module


def all_partitions_added(producer: AIOKafkaProducer) -> bool:
    """Whether the coordinator knows of all that `add_partitions` named."""
    return not producer._txn_manager.partitions_to_add()  # noqa: SLF001 - see the module


async def add_group(producer: AIOKafkaProducer, group: str) -> bool:
    """Ask for a group to become part of the open transaction, and say whether it is; publicly only an offset does it.

    aiokafka's own task asks the coordinator for nothing while no record and no offset is under way.
    """
    added: bool = await producer._sender._do_add_offsets_to_txn(group)  # noqa: SLF001 - see the module
    return added


def raise_failure(producer: AIOKafkaProducer) -> None:
    """Raise what ended the open transaction, or aiokafka's task that would have gone on with it."""
    for ended in (producer._txn_manager.wait_for_transaction_end(), producer._sender.sender_task):  # noqa: SLF001
        if ended.done():
            ended.result()
