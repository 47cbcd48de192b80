"""Goes through the dead letters that topics hold."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from emotag_service.kafka.cluster.failures import explain
from emotag_service.kafka.dead_letters.reader import Reader
from emotag_service.kafka.errors import ClusterError
from emotag_service.kafka.records.dead_letter import DeadLetter, NotALetterError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.records.record import Record


async def letters_of(client: ClientSettings, topics: Sequence[str]) -> AsyncGenerator[DeadLetter | None, None]:
    """Yield what the topics hold now, partition by partition; None for a record that is no dead letter of ours.

    Raises:
        SettingsError: A topic does not exist.
        TaggerError: The cluster refuses, or fails.
    """
    try:
        async with Reader(client) as reader:
            for partition in await reader.partitions(topics):
                async with aclosing(reader.batches(partition)) as batches:
                    async for records in batches:
                        for record in records:
                            yield _letter(record)
    except KafkaError as error:
        explained = explain(error, "reading dead letters", user=client.sasl_username, operation="Read")
        raise explained or ClusterError(f"reading dead letters: {type(error).__name__}; is the cluster up?") from error


def _letter(record: Record) -> DeadLetter | None:
    try:
        return DeadLetter.read(record)
    except NotALetterError:
        return None
