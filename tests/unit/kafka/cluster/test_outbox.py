from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, OutOfOrderSequenceNumber, for_code
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatch

from emotag_service.kafka.cluster.producers import RecordOutbox, RefusedError
from emotag_service.kafka.records.record import Outgoing, Source, Written


class FakeProducer:
    """Builds batches as aiokafka does, and keeps what is sent."""

    def __init__(self, partitions=4, batch_size=1_000):
        self._partitions, self._batch_size = partitions, batch_size
        self.sent, self.errors = [], []

    async def partitions_for(self, topic):
        return set(range(self._partitions))

    def create_batch(self):
        return BatchBuilder(self._batch_size, 0, is_transactional=False)

    async def send_batch(self, batch, topic, *, partition):
        future = asyncio.get_running_loop().create_future()
        error = self.errors.pop(0) if self.errors else None
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
        self.sent.append((topic, partition, list(DefaultRecordBatch(bytes(batch._build())))))
        return future


def written(offset, topic="out", value=b"v", key=b"k", headers=(), timestamp=5):
    return Written(offset, Outgoing(topic, None, timestamp, key, value, headers))


async def test_records_of_one_partition_share_a_write_in_order():
    producer = FakeProducer()
    outbox = RecordOutbox(producer, Source("in", 2))
    await outbox.send([written(1, value=b"a"), written(2, "other"), written(3, value=b"b")])
    await outbox.delivered()
    assert [(topic, partition, len(rows)) for topic, partition, rows in producer.sent] == [
        ("out", 2, 2),
        ("other", 2, 1),
    ]
    assert [row.value for row in producer.sent[0][2]] == [b"a", b"b"]


async def test_everything_of_a_record_arrives():
    producer = FakeProducer()
    headers = (("a", b"1"), ("a", b"2"), ("null", None), ("empty", b""), ("ünï", b"\xff"))
    await RecordOutbox(producer, Source("in", 0)).send(
        [written(1, headers=headers, timestamp=7), written(2, key=None, value=None), written(3, key=b"", value=b"")]
    )
    first, second, third = producer.sent[0][2]
    assert (tuple(first.headers), first.timestamp, first.key, first.value) == (headers, 7, b"k", b"v")
    assert (second.key, second.value) == (None, None)
    assert (third.key, third.value) == (b"", b"")


async def test_a_full_batch_is_followed_by_another_and_one_large_record_goes_alone():
    producer = FakeProducer(batch_size=500)
    await RecordOutbox(producer, Source("in", 0)).send(
        [written(n, value=b"x" * (5_000 if n == 3 else 200)) for n in range(6)]
    )
    assert [len(rows) for _, _, rows in producer.sent] == [2, 1, 1, 2]
    assert sum(len(rows) for _, _, rows in producer.sent) == 6


async def test_alone_means_one_write_each():
    producer = FakeProducer()
    await RecordOutbox(producer, Source("in", 0)).send([written(n) for n in range(3)], alone=True)
    assert [len(rows) for _, _, rows in producer.sent] == [1, 1, 1]


async def test_a_refused_write_names_its_offsets():
    producer = FakeProducer()
    producer.errors = [None, MessageSizeTooLargeError()]
    outbox = RecordOutbox(producer, Source("in", 0))
    await outbox.send([written(1), written(2, "other"), written(3, "other")])
    with pytest.raises(RefusedError) as caught:
        await outbox.delivered()
    assert (caught.value.writes, caught.value.reason) == (((2, 3),), "MessageSizeTooLargeError")


async def test_a_record_that_the_topic_does_not_take_is_refused():
    producer = FakeProducer()
    producer.errors = [for_code(87)()]  # aiokafka knows no such code
    outbox = RecordOutbox(producer, Source("in", 0))
    await outbox.send([written(1)])
    with pytest.raises(RefusedError) as caught:
        await outbox.delivered()
    assert (caught.value.writes, caught.value.reason) == (((1,),), "InvalidRecordError")


async def test_any_other_failure_goes_before_a_refusal():
    producer = FakeProducer()
    producer.errors = [MessageSizeTooLargeError(), KafkaTimeoutError()]
    outbox = RecordOutbox(producer, Source("in", 0))
    await outbox.send([written(1), written(2, "other")])
    with pytest.raises(KafkaTimeoutError):
        await outbox.delivered()


async def test_what_only_follows_from_a_refusal_does_not_hide_it():
    producer = FakeProducer()
    producer.errors = [None, MessageSizeTooLargeError(), OutOfOrderSequenceNumber()]
    outbox = RecordOutbox(producer, Source("in", 0))
    await outbox.send([written(1), written(2), written(3)], alone=True)
    with pytest.raises(RefusedError) as caught:
        await outbox.delivered()
    assert caught.value.writes == ((2,),)


async def test_out_of_sequence_without_a_refusal_is_a_failure():
    producer = FakeProducer()
    producer.errors = [None, OutOfOrderSequenceNumber()]
    outbox = RecordOutbox(producer, Source("in", 0))
    await outbox.send([written(1), written(2)], alone=True)
    with pytest.raises(OutOfOrderSequenceNumber):
        await outbox.delivered()


async def test_what_is_forgotten_is_not_waited_for():
    producer = FakeProducer()
    producer.errors = [KafkaTimeoutError()]
    outbox = RecordOutbox(producer, Source("in", 0))
    await outbox.send([written(1)])
    outbox.forget()
    await outbox.delivered()


async def test_a_time_before_time_is_the_time_of_writing():
    producer = FakeProducer()
    await RecordOutbox(producer, Source("in", 0)).send([written(1, timestamp=-1)])
    assert producer.sent[0][2][0].timestamp > 1_600_000_000_000
