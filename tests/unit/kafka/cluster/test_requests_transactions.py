"""The request and its reply are those of KIP-664, byte by byte."""

import struct

from emotag_service.kafka.cluster.aiokafka_private import (
    DescribeTransactions,
    DescribeTransactionsRequest_v0,
    DescribeTransactionsResponse_v0,
    found_state,
)


def compact(text):
    return bytes([len(text) + 1]) + text.encode()


def test_the_request_names_one_id():
    request = DescribeTransactions("g:in:0").build(DescribeTransactionsRequest_v0)
    assert request.encode() == b"\x02" + compact("g:in:0") + b"\x00"
    assert (request.API_KEY, request.API_VERSION, request.FLEXIBLE_VERSION) == (65, 0, True)


def test_a_reply_is_read():
    topics = b"\x02" + compact("out") + b"\x02" + struct.pack(">i", 4) + b"\x00"
    state = struct.pack(">h", 0) + compact("g:in:0") + compact("PrepareCommit")
    state += struct.pack(">iqqh", 15_000, 1, 2, 3) + topics + b"\x00"
    reply = DescribeTransactionsResponse_v0.decode(struct.pack(">i", 0) + b"\x02" + state + b"\x00")
    assert found_state(reply) == (0, "PrepareCommit")
    assert reply.states[0][-2] == [("out", [4], {})]
