"""The request that asks for stable offsets: its bytes are those of Apache Kafka's description of version 7."""

import io

import pytest

from emotag_service.kafka.cluster.aiokafka_private import FoundOffset, OffsetFetch, OffsetFetchResponse_v7, found_offset

REQUEST = bytes([3]) + b"gr" + bytes([2, 5]) + b"chat" + bytes([2, 0, 0, 0, 3, 0, 1, 0])
RESPONSE = (
    bytes(4)  # throttle time
    + bytes([2, 5]) + b"chat" + bytes([2, 0, 0, 0, 3]) + (7).to_bytes(8, "big") + bytes([255] * 4 + [1, 0, 0, 0, 0])
    + bytes([0, 0, 0])
)  # fmt: skip


def test_stable_offsets_are_asked_for_in_these_bytes():
    request = OffsetFetch("gr", "chat", 3).prepare({9: (1, 10)})
    assert request.API_VERSION == 7
    assert request.encode() == REQUEST
    assert request.FLEXIBLE_VERSION


def test_a_reply_is_read_from_bytes():
    reply = OffsetFetchResponse_v7.decode(io.BytesIO(RESPONSE))
    assert found_offset(reply) == FoundOffset(0, 7)


@pytest.mark.parametrize(("highest", "version"), [(6, 3), (3, 3), (2, 2), (1, 1), (8, 7)])
def test_a_broker_gets_what_it_knows(highest, version):
    request = OffsetFetch("gr", "chat", 3).prepare({9: (0, highest)})
    assert version == request.API_VERSION
    assert b"chat" in request.encode()
