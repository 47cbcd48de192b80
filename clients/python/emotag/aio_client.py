"""The client for programs on an event loop: the twin of `EmotionClient`, with the same names."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import grpc

from emotag.aio_stream import AsyncStream, cancelled
from emotag.calls import DEFAULT_TIMEOUT, Settings, call_intake, closed, stream_intake
from emotag.channel import DEFAULT_TARGET
from emotag.channels import AsyncChannels
from emotag.decoder import Decoder
from emotag.entry import check_several
from emotag.errors import PermissionDeniedError
from emotag.info import Info, info_from
from emotag.options import Options
from emotag.plan import Plan
from emotag.retry import Attempts, Deadline, Retry
from emotag.status import interruption
from emotag.v1 import emotion_service_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Iterable, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self, TypeVar

    from emotag.aio_stream import Call
    from emotag.entry import Item
    from emotag.message import Message
    from emotag.tag import Tag
    from emotag.tls import TLS

    Answer = TypeVar("Answer")


class AsyncEmotionClient:
    """Has messages tagged, from the event loop that it is first used on.

        async with AsyncEmotionClient("localhost:50051") as client:
            print((await client.classify("Thank you so much!")).label)

    Everything that this class raises is an `EmotionError`; `emotag.errors` draws the tree.
    """

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        timeout: float | None = DEFAULT_TIMEOUT,
        retry: Retry | None = None,
        credentials: grpc.ChannelCredentials | None = None,
        metadata: Sequence[tuple[str, str | bytes]] = (),
        tls: TLS | None = None,
        token: str | Path | None = None,
    ) -> None:
        """Connects at the first call; the arguments are those of `EmotionClient`.

        Raises:
            InvalidArgumentError: An argument is not one that this takes, a file cannot be used, or the token could be
                read on its way.
        """
        self._settings = Settings(
            target, timeout=timeout, retry=retry, credentials=credentials, metadata=metadata, tls=tls, token=token
        )
        self._channels = AsyncChannels(self._settings.connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Disconnect for good; streams and calls under way are cancelled."""
        await self._channels.close()

    async def classify(
        self,
        message: str | Message,
        *,
        taxonomy: str = "",
        scores: bool = False,
        top_k: int = 0,
        explain: bool = False,
        bulk: bool = False,
        timeout: float | None = None,  # noqa: ASYNC109 - the server has to know it as well
    ) -> Tag:
        """Tag one message; see `EmotionClient.classify`.

        Raises:
            EmotionError: The call failed, or this message can not be tagged.
        """
        options = Options(taxonomy, scores, top_k, explain, bulk=bulk)
        tag = (await self._classify([message], options, self._settings.deadline(timeout)))[0]
        if tag.error is not None:
            raise tag.error
        return tag

    async def classify_many(
        self,
        messages: Iterable[Item],
        *,
        taxonomy: str = "",
        scores: bool = False,
        top_k: int = 0,
        explain: bool = False,
        bulk: bool = False,
        timeout: float | None = None,  # noqa: ASYNC109 - the server has to know it as well
    ) -> list[Tag]:
        """Tag messages; see `EmotionClient.classify_many`.

        Raises:
            EmotionError: A call as a whole failed.
        """
        check_several(messages)
        return await self._classify(
            messages, Options(taxonomy, scores, top_k, explain, bulk=bulk), self._settings.deadline(timeout)
        )

    def stream(
        self,
        messages: AsyncIterable[Item] | Iterable[Item],
        *,
        taxonomy: str = "",
        scores: bool = False,
        top_k: int = 0,
        explain: bool = False,
        unordered: bool = False,
        bulk: bool = False,
        timeout: float | None = None,
    ) -> AsyncGenerator[Tag, None]:
        """Tag messages while they come; see `EmotionClient.stream`.

        `messages` is read by a task; a plain iterable must not block. To leave before the end, use
        `contextlib.aclosing`, which cancels the rest at once.

        Raises:
            StreamBrokenError: It was interrupted for longer, or more often, than `Retry` allows.
            EmotionError: The stream as a whole failed, such as for an unknown taxonomy.
            Exception: Whatever `messages` raises; the call is cancelled.
        """
        check_several(messages)
        options = Options(taxonomy, scores, top_k, explain, unordered, bulk)
        return self._stream(options, Deadline(timeout)).run(messages)

    async def info(self, *, timeout: float | None = None) -> Info:  # noqa: ASYNC109 - as above
        """Ask which model answers, in which taxonomies, within which limits.

        Raises:
            EmotionError: The call failed.
        """
        deadline = self._settings.deadline(timeout)
        attempts = Attempts(self._settings.retry, deadline)
        while True:
            try:
                async with self._channels.service() as service:
                    call = service.GetModelInfo(
                        pb.GetModelInfoRequest(),
                        timeout=deadline.remaining(),
                        metadata=self._settings.connection.call_metadata(),
                    )
                    answer = await self._answer(call)
            except grpc.RpcError as failure:
                await asyncio.sleep(attempts.failed(interruption(failure)))
            else:
                self._settings.info = info_from(answer)
                return self._settings.info

    async def _answer(self, call: Awaitable[Answer]) -> Answer:
        """Wait for a call. What `close` cancels raises CancelledError, which would look as if the caller were."""
        try:
            return await call
        except asyncio.CancelledError:
            if self._channels.closed and not cancelled():
                raise closed() from None
            raise

    async def _classify(self, messages: Iterable[Item], options: Options, deadline: Deadline) -> list[Tag]:
        plan = Plan(messages, call_intake(), options, self._settings.retry, deadline)
        if plan.needs_limits and self._settings.info is None:
            with suppress(PermissionDeniedError):  # model info may be switched off; then calls are small
                await self.info(timeout=deadline.remaining())
        while (request := plan.next_call(self._settings.limits)) is not None:
            try:
                async with self._channels.service() as service:
                    call = service.Classify(
                        request, timeout=deadline.remaining(), metadata=self._settings.connection.call_metadata()
                    )
                    answer = await self._answer(call)
            except grpc.RpcError as failure:
                await asyncio.sleep(plan.failed(interruption(failure)))
            else:
                await asyncio.sleep(plan.answered(await self._decoded(answer, options, deadline)))
        return plan.tags()

    async def _decoded(self, answer: pb.ClassifyResponse, options: Options, deadline: Deadline) -> list[Tag]:
        """A unary answer has scores without their labels: those are asked for once for each model that answers."""
        if options.scores and not self._settings.knows(answer):
            await self.info(timeout=deadline.remaining())
            self._settings.asked(answer)
        decoder = self._settings.decoder(options)
        decoder.new_model(answer.model)
        return decoder.tags(answer.tags)

    def _stream(self, options: Options, deadline: Deadline) -> AsyncStream:
        @asynccontextmanager
        async def connect() -> AsyncIterator[Call]:
            async with self._channels.service(look=True) as service:
                yield service.StreamClassify(
                    timeout=deadline.remaining(), metadata=self._settings.connection.call_metadata()
                )

        session = self._settings.session(options, deadline)
        stream = AsyncStream(options, session, stream_intake(), lambda: Decoder(options), connect)
        self._channels.streams.add(stream)
        return stream
