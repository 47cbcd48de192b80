"""What aiokafka keeps to itself and what it lacks: who takes another version of it looks at this file first.

Read and tried with aiokafka 0.14.0. Each function says what is asked for and why the public way will not do; nothing
else in the front may reach for a name that begins with an underscore, which a test holds.

The requests are those of KIP-447 and KIP-664, as Apache Kafka's `OffsetFetchRequest.json` and
`DescribeTransactionsRequest.json` and the responses beside them lay them out; a broker that does not know version 7 of
the first gets aiokafka's.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from inspect import getcoroutinelocals
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import aiokafka.client
import aiokafka.consumer.fetcher
import aiokafka.record.default_records as present
import aiokafka.record.legacy_records as legacy
from aiokafka.conn import create_conn
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.errors import BrokerResponseError, ProducerClosed, kafka_errors
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.commit import OffsetFetchRequest_v1, OffsetFetchRequest_v2, OffsetFetchRequest_v3
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)

from emotag_service.kafka.cluster.batches import BROKEN, Batches, check_headers, checked
from emotag_service.kafka.cluster.unpacking import UNPACKERS
from emotag_service.kafka.records.record import record_size
from emotag_service.process.secrets import SecretFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.conn import AIOKafkaConnection

_STABLE_SINCE = 7
_CLOSE_SECONDS = 10.0
_UNPACKED_BYTES = 64 * 1024 * 1024  # of one batch, and of one answer; a producer as shipped makes no batch over 1 MiB


class InvalidRecordError(BrokerResponseError):  # type: ignore[misc]  # aiokafka is not typed
    """A broker's answer that aiokafka does not know: the topic does not take a record like this one.

    Such as one without a key, where the topic is compacted. Unknown, it would look as if it might pass.
    """

    errno = 87
    message = "INVALID_RECORD"
    description = "The topic does not take a record like this one"


kafka_errors[InvalidRecordError.errno] = InvalidRecordError


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


async def add_group(producer: AIOKafkaProducer, group: str) -> None:
    """Have a group become part of the open transaction, as Kafka wants it of each whose offsets are in it.

    aiokafka's own task does it for an offset, and for the first group alone. Raises what ends the transaction instead.
    """
    while not await producer._sender._do_add_offsets_to_txn(group):  # noqa: SLF001 - see the module
        raise_failure(producer)
    raise_failure(producer)


def raise_failure(producer: AIOKafkaProducer) -> None:
    """Raise what ended the open transaction, or aiokafka's task that would have gone on with it."""
    for ended in (producer._txn_manager.wait_for_transaction_end(), producer._sender.sender_task):  # noqa: SLF001
        if ended.done():
            ended.result()


async def abandon_producer(producer: AIOKafkaProducer, seconds: float) -> None:
    """Have nothing more come of a producer: what it holds fails, its tasks and its connections end, each in that time.

    Publicly it is stopped by waiting until all that it holds is delivered. That of an idempotent one never expires: it
    would be written when the cluster is back, behind what others have written since.
    """
    accumulator, sender = producer._message_accumulator, producer._sender  # noqa: SLF001 - see the module
    tasks = _tasks_of(sender)
    for task in tasks:
        task.cancel()
    held = accumulator._batches.values()  # noqa: SLF001 - see the module
    accumulator._pending_batches.update(chain.from_iterable(held))  # noqa: SLF001 - those to be sent again are not there
    accumulator.fail_all(ProducerClosed())
    for batch in accumulator._pending_batches:  # noqa: SLF001
        batch._drain_waiter.exception()  # noqa: SLF001 - mostly nobody else looks
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)
    await asyncio.wait_for(producer.client.close(), seconds)


def _tasks_of(sender: Any) -> list[asyncio.Task[Any]]:
    """The sender's own, and those of the requests that it has sent, which it holds in a variable."""
    prefix = f"{type(sender).__name__}."
    return [
        task
        for task in asyncio.all_tasks()
        if getattr(coroutine := task.get_coro(), "__qualname__", "").startswith(prefix)
        and getcoroutinelocals(coroutine).get("self") is sender  # type: ignore[arg-type]
    ]


_closing: set[asyncio.Future[None]] = set()


async def connect(
    host: str,
    port: int,
    *,
    on_close: Callable[[AIOKafkaConnection, Any], None] | None = None,
    sasl_plain_password: str | None = None,
    **options: Any,
) -> AIOKafkaConnection:
    """Connect and log in as `aiokafka.conn.create_conn` does, with what the file of the password holds now."""

    def note(connection: AIOKafkaConnection, reason: Any) -> None:
        closed = connection.close()  # it is closing already: this is what ends when it has
        _closing.add(closed)
        closed.add_done_callback(_closing.discard)
        if on_close is not None:
            on_close(connection, reason)

    if isinstance(sasl_plain_password, SecretFile):
        sasl_plain_password = sasl_plain_password.current()
    return await create_conn(host, port, on_close=note, sasl_plain_password=sasl_plain_password, **options)


@asynccontextmanager
async def own_connections() -> AsyncIterator[None]:
    """Have clients connect by `connect`, and wait at the end until what they gave up is closed.

    Publicly they keep the password that they were made with. Of a login that is refused, and of the first connection of
    each client, aiokafka keeps nothing to wait for; what is left of TLS would outlive the loop.
    """
    aiokafka.client.create_conn = connect
    try:
        yield
    finally:
        loop = asyncio.get_running_loop()
        ours = [closed for closed in _closing if closed.get_loop() is loop]
        if ours:
            await asyncio.wait(ours, timeout=_CLOSE_SECONDS)


def bound_batches() -> None:
    """Have consumers unpack to bounded sizes, and hand over an error in the place of a batch that they cannot read.

    Publicly they unpack whatever comes, all at once. Who unpacks are functions that the modules of both formats hold,
    compiled or not, by their names.
    """
    aiokafka.consumer.fetcher.MemoryRecords = Batches
    aiokafka.consumer.fetcher.PartitionRecords = _Readable
    # The old format has no headers.
    for batch, check in ((present.DefaultRecordBatch, checked), (legacy.LegacyRecordBatch, bytes)):
        module = sys.modules[batch.__module__]
        for name, unpack in UNPACKERS.items():
            if hasattr(module, f"{name}_decode"):
                setattr(module, f"{name}_decode", _bounded(unpack, check))


def _bounded(unpack: Callable[[Any, int], bytes], check: Callable[[bytes], bytes]) -> Callable[[Any], bytes]:
    return lambda payload: check(unpack(payload, _UNPACKED_BYTES))


class _Readable(PartitionRecords):  # type: ignore[misc]  # aiokafka is not typed
    """The records of one answer for one partition, up to a bound, or to a batch that cannot be read and its error.

    Many batches that unpack to much fit into one answer, and `getmany` would take all of them at once. Behind the bound
    it finds the answer to be used up, and fetches again from the record after.

    The position stays before what cannot be read: an error raised here would move it, and take other records along.
    """

    next_fetch_offset: int

    def __init__(self, partition: TopicPartition, batches: Batches, *more: Any) -> None:
        """As the one above."""
        self._batches = batches
        super().__init__(partition, batches, *more)

    def _unpack_records(self) -> Iterator[Any]:
        size = 0
        try:
            for record in super()._unpack_records():
                check_headers(record)
                yield record
                size += record_size(record.key, record.value, record.headers)
                if size >= _UNPACKED_BYTES:
                    return
        except BROKEN as error:
            unreadable = self._batches.unreadable(self._tp, error, self.next_fetch_offset)
            self.next_fetch_offset = unreadable.offset
            yield unreadable


class OffsetFetchResponse_v7(Response):  # type: ignore[misc]  # noqa: N801 - aiokafka's way to name versions
    """What a coordinator answers."""

    API_KEY = 9
    API_VERSION = _STABLE_SINCE
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", CompactString("utf-8")),
                        ("error_code", Int16),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("error_code", Int16),
        ("tags", TaggedFields),
    )


class OffsetFetchRequest_v7(RequestStruct):  # type: ignore[misc]  # noqa: N801 - see above
    """What it is asked."""

    FLEXIBLE_VERSION = True
    API_KEY = 9
    API_VERSION = _STABLE_SINCE
    RESPONSE_TYPE = OffsetFetchResponse_v7
    SCHEMA = Schema(
        ("group", CompactString("utf-8")),
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")), ("partitions", CompactArray(Int32)), ("tags", TaggedFields)
            ),
        ),
        ("require_stable", Boolean),
        ("tags", TaggedFields),
    )


class OffsetFetch(
    Request[OffsetFetchRequest_v1 | OffsetFetchRequest_v2 | OffsetFetchRequest_v3 | OffsetFetchRequest_v7]  # type: ignore[misc]
):
    """For one partition, in the highest version that the broker knows."""

    API_KEY = 9

    def __init__(self, group: str, topic: str, partition: int) -> None:
        """Make it."""
        self._group, self._topic, self._partition = group, topic, partition

    def build(self, request_struct_class: type[Any]) -> Any:
        """Return what is sent, in that version."""
        if request_struct_class.API_VERSION < _STABLE_SINCE:
            return request_struct_class(self._group, [(self._topic, [self._partition])])
        return request_struct_class(self._group, [(self._topic, [self._partition], {})], True, {})


class FoundOffset(NamedTuple):
    """What a reply says: the code of an error, 0 without one, and the offset, -1 where none was ever committed."""

    code: int
    offset: int


def found_offset(reply: Any) -> FoundOffset:
    """Read a reply of any version, of which the last ones have an error for the group as a whole."""
    if code := getattr(reply, "error_code", 0):
        return FoundOffset(code, -1)
    rows = [row for _, rows, *_ in reply.topics for row in rows]
    if not rows:
        return FoundOffset(0, -1)
    by_name = {"offset": 1, "code": 4 if reply.API_VERSION >= _STABLE_SINCE else 3}
    return FoundOffset(rows[0][by_name["code"]], rows[0][by_name["offset"]])


class DescribeTransactionsResponse_v0(Response):  # type: ignore[misc]  # noqa: N801 - aiokafka's way to name versions
    """What a coordinator answers."""

    API_KEY = 65
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "states",
            CompactArray(
                ("error_code", Int16),
                ("transactional_id", CompactString("utf-8")),
                ("state", CompactString("utf-8")),
                ("timeout_ms", Int32),
                ("start_time_ms", Int64),
                ("producer_id", Int64),
                ("producer_epoch", Int16),
                (
                    "topics",
                    CompactArray(
                        ("topic", CompactString("utf-8")), ("partitions", CompactArray(Int32)), ("tags", TaggedFields)
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class DescribeTransactionsRequest_v0(RequestStruct):  # type: ignore[misc]  # noqa: N801 - see above
    """What it is asked."""

    FLEXIBLE_VERSION = True
    API_KEY = 65
    API_VERSION = 0
    RESPONSE_TYPE = DescribeTransactionsResponse_v0
    SCHEMA = Schema(("transactional_ids", CompactArray(CompactString("utf-8"))), ("tags", TaggedFields))


class DescribeTransactions(Request[DescribeTransactionsRequest_v0]):  # type: ignore[misc]
    """For one transactional id."""

    API_KEY = 65

    def __init__(self, transactional_id: str) -> None:
        """Make it."""
        self._id = transactional_id

    def build(self, request_struct_class: type[Any]) -> Any:
        """Return what is sent."""
        return request_struct_class([self._id], {})


class FoundState(NamedTuple):
    """What a reply says: the code of an error, 0 without one, and the state in Kafka's words."""

    code: int
    state: str


def found_state(reply: Any) -> FoundState:
    """Read the reply for one id."""
    code, _, state, *_ = reply.states[0]
    return FoundState(code, state)
