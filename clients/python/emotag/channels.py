"""The service as each call of a client reaches it: over channels that are opened for it and closed once unused.

What goes on between calls, a stream, is told as well when the client is closed.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import grpc

from emotag.calls import closed
from emotag.open_channels import OpenChannels
from emotag.open_streams import OpenStreams
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from emotag.channel import Connection
    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceAsyncStub


class Channels(OpenChannels[grpc.Channel, EmotionServiceStub]):
    """Those of blocking calls. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        """Raises InvalidArgumentError: a file of `connection.tls` cannot be used."""

        def make(read: grpc.ChannelCredentials | None) -> tuple[grpc.Channel, EmotionServiceStub]:
            channel = connection.channel(read)
            return channel, EmotionServiceStub(channel)

        super().__init__(connection, make)
        self.streams = OpenStreams()

    @contextmanager
    def service(self, *, look: bool = False) -> Iterator[EmotionServiceStub]:
        """The service, for one call; `look` at the files now, for a call that lasts.

        Raises:
            ClientClosedError: The client is, or was while the call went on.
        """
        used = self.begin(look=look)
        try:
            self._close_idle()
            yield used.service
        except (grpc.RpcError, ValueError) as error:
            if isinstance(error, grpc.RpcError):
                self.failed()
            if self.closed:  # that cancels its calls, and gRPC has but a ValueError for one that begins afterwards
                raise closed() from None
            raise
        finally:
            self.end(used)
            self._close_idle()

    def close(self) -> None:
        """Disconnect for good; streams and calls under way are cancelled."""
        channels = self.take_all()
        self.streams.cancel()
        for channel in channels:
            channel.close()

    def _close_idle(self) -> None:
        for channel in self.idle():
            channel.close()


class AsyncChannels(OpenChannels[grpc.aio.Channel, "EmotionServiceAsyncStub"]):
    """Those of calls on an event loop. A channel belongs to the loop that is running at its first call."""

    def __init__(self, connection: Connection) -> None:
        """Raises InvalidArgumentError: a file of `connection.tls` cannot be used."""

        def make(read: grpc.ChannelCredentials | None) -> tuple[grpc.aio.Channel, EmotionServiceAsyncStub]:
            channel = connection.aio_channel(read=read)
            return channel, EmotionServiceStub(channel)

        super().__init__(connection, make)
        self.streams = OpenStreams()

    @asynccontextmanager
    async def service(self, *, look: bool = False) -> AsyncIterator[EmotionServiceAsyncStub]:
        """The service, for one call; `look` at the files now, for a call that lasts.

        Raises:
            ClientClosedError: The client is.
        """
        used = self.begin(look=look)
        try:
            await self._close_idle()
            yield used.service
        except grpc.RpcError:
            self.failed()
            raise
        except grpc.aio.UsageError:
            if self.closed:  # while idle ones were
                raise closed() from None
            raise
        finally:
            self.end(used)
            await self._close_idle()

    async def close(self) -> None:
        """Disconnect for good; streams and calls under way are cancelled."""
        channels = self.take_all()
        self.streams.cancel()
        for channel in channels:
            await channel.close()

    async def _close_idle(self) -> None:
        for channel in self.idle():
            await channel.close()
