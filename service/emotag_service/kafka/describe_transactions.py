"""The request that tells how the last transaction of an id stands, as of KIP-664, which aiokafka does not have.

The layout is that of Apache Kafka's `DescribeTransactionsRequest.json` and `DescribeTransactionsResponse.json`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)


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


class Described(NamedTuple):
    """What a reply says: the code of an error, 0 without one, and the state in Kafka's words."""

    code: int
    state: str


def described_in(reply: Any) -> Described:
    """Read the reply for one id."""
    code, _, state, *_ = reply.states[0]
    return Described(code, state)
