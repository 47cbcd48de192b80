"""Where a load goes: connections to one service, over which calls are made as they are, without the SDK's repeats."""

from __future__ import annotations

from contextlib import asynccontextmanager
from itertools import cycle
from typing import TYPE_CHECKING

import grpc

from emotag.status import from_status, interruption
from emotag.v1.emotion_service_pb2 import ClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from emotag.channel import Connection
    from emotag.errors import EmotionError
    from emotag.v1.emotion_service_pb2 import ClassifyOptions, StreamClassifyRequest, StreamClassifyResponse
    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceAsyncStub
    from emotag.v1.message_pb2 import Message
    from emotag.v1.tag_pb2 import Tag

    StreamCall = grpc.aio.StreamStreamCall[StreamClassifyRequest, StreamClassifyResponse]


class Target:
    """A service as a load sees it; calls take its connections in turn.

    A server lets only so many calls pass at once on one connection, and gRPC then queues at the caller, which would
    look like waiting of the server.
    """

    def __init__(self, connection: Connection, channels: Sequence[grpc.aio.Channel], options: ClassifyOptions) -> None:
        self.options = options
        self._connection = connection
        self._stubs = cycle([EmotionServiceStub(channel) for channel in channels])

    async def classify(self, message: Message, timeout: float) -> Sequence[Tag] | EmotionError:  # noqa: ASYNC109 - the server has to know it
        """Make a unary call of one message; returns the tags that came, or what the call as a whole failed with."""
        request = ClassifyRequest(messages=[message], options=self.options)
        try:
            answer = await self._stub().Classify(request, timeout=timeout, metadata=self._connection.call_metadata())
        except grpc.aio.AioRpcError as failure:
            return interruption(failure)
        return answer.tags

    def stream(self) -> StreamCall:
        """Open a stream."""
        return self._stub().StreamClassify(metadata=self._connection.call_metadata())

    def _stub(self) -> EmotionServiceAsyncStub:
        return next(self._stubs)


@asynccontextmanager
async def connected(connection: Connection, connections: int, options: ClassifyOptions) -> AsyncIterator[Target]:
    """A target with so many connections of its own.

    Raises:
        InvalidArgumentError: A file of its TLS cannot be used.
    """
    apart = (("grpc.use_local_subchannel_pool", 1),)
    channels = [connection.aio_channel(apart) for _ in range(connections)]
    try:
        yield Target(connection, channels, options)
    finally:
        for channel in channels:
            await channel.close()


def error_of(tag: Tag) -> EmotionError | None:
    """Why a message has no label, or None."""
    return from_status(tag.error) if tag.HasField("error") else None
