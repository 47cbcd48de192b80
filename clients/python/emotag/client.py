"""The client for programs that block."""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import grpc

from emotag.calls import DEFAULT_TIMEOUT, Settings, call_intake, stream_intake
from emotag.channel import DEFAULT_TARGET
from emotag.channels import Channels
from emotag.decoder import Decoder
from emotag.entry import check_several
from emotag.errors import PermissionDeniedError
from emotag.info import Info, info_from
from emotag.options import Options
from emotag.plan import Plan
from emotag.retry import Attempts, Deadline, Retry
from emotag.status import interruption
from emotag.stream import Stream
from emotag.v1 import emotion_service_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from emotag.entry import Item
    from emotag.message import Message
    from emotag.stream import Call
    from emotag.tag import Tag
    from emotag.tls import TLS


class EmotionClient:
    """Has messages tagged. Safe to share between threads; one connection serves all its calls.

        with EmotionClient("localhost:50051") as client:
            print(client.classify("Thank you so much!").label)

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
        """Connects at the first call.

        Args:
            target: gRPC target of the server.
            timeout: Seconds that a call may take in all, its retries included; None means for ever. Streams have no
                timeout but the one they are called with.
            retry: How long, how often and how soon to send again.
            credentials: TLS, as `grpc.ssl_channel_credentials()` makes them.
            metadata: Sent with every call.
            tls: TLS by files, such as `TLS(ca="ca.pem")`, which are read again when they change. Without it and
                `credentials` the connection is plaintext.
            token: Says who calls, where the service asks for it; of a Path the file is read, again when it changes. Not
                sent in plaintext to another machine.

        Raises:
            InvalidArgumentError: An argument is not one that this takes, a file cannot be used, or the token could be
                read on its way.
        """
        self._settings = Settings(
            target, timeout=timeout, retry=retry, credentials=credentials, metadata=metadata, tls=tls, token=token
        )
        self._channels = Channels(self._settings.connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect for good; streams and calls under way are cancelled."""
        self._channels.close()
        # gRPC's calls are in cycles, and take a lock when they are deleted. Left to the shutdown of the interpreter,
        # that lock may be held by a thread that is stopped already, and the process hangs.
        gc.collect()

    def classify(
        self,
        message: str | Message,
        *,
        taxonomy: str = "",
        scores: bool = False,
        top_k: int = 0,
        explain: bool = False,
        bulk: bool = False,
        timeout: float | None = None,
    ) -> Tag:
        """Tag one message; after those that somebody waits for, if it is `bulk`.

        Raises:
            EmotionError: The call failed, or this message can not be tagged: what the other methods put into
                `Tag.error`, this one raises.
        """
        options = Options(taxonomy, scores, top_k, explain, bulk=bulk)
        tag = self._classify([message], options, self._settings.deadline(timeout))[0]
        if tag.error is not None:
            raise tag.error
        return tag

    def classify_many(
        self,
        messages: Iterable[Item],
        *,
        taxonomy: str = "",
        scores: bool = False,
        top_k: int = 0,
        explain: bool = False,
        bulk: bool = False,
        timeout: float | None = None,
    ) -> list[Tag]:
        """Tag messages; one tag each, in their order, by as many calls as the server's limits make it.

        A message that can not be tagged has a tag with `error`; so has an `EmotionError` that stands in `messages`. The
        others are not affected. With `bulk` they come after messages that somebody waits for.

        Raises:
            EmotionError: A call as a whole failed, or `messages` is one text.
        """
        check_several(messages)
        return self._classify(
            messages, Options(taxonomy, scores, top_k, explain, bulk=bulk), self._settings.deadline(timeout)
        )

    def stream(
        self,
        messages: Iterable[Item],
        *,
        taxonomy: str = "",
        scores: bool = False,
        top_k: int = 0,
        explain: bool = False,
        unordered: bool = False,
        bulk: bool = False,
        timeout: float | None = None,
    ) -> Generator[Tag, None, None]:
        """Tag messages while they come; one tag each, in their order or, `unordered`, as soon as each is ready.

        `messages` is read by a thread, as far ahead of the tags as 1,024 messages. What is there is sent at once, up to
        64 messages a frame. A message that can not be tagged has a tag with `error`; so has an `EmotionError` that
        stands in `messages`. A lost connection is opened again, and what was not answered is sent again; each message
        is answered once. With `bulk` the server computes them after messages that somebody waits for, though never
        without end. Close the generator, or leave it to be collected, to cancel the rest.

        Raises:
            StreamBrokenError: It was interrupted for longer, or more often, than `Retry` allows.
            EmotionError: The stream as a whole failed, such as for an unknown taxonomy, or `messages` is one text.
            Exception: Whatever `messages` raises; the call is cancelled.
        """
        check_several(messages)
        options = Options(taxonomy, scores, top_k, explain, unordered, bulk)
        return self._stream(options, Deadline(timeout)).run(messages)

    def info(self, *, timeout: float | None = None) -> Info:
        """Ask which model answers, in which taxonomies, within which limits.

        Raises:
            EmotionError: The call failed.
        """
        deadline = self._settings.deadline(timeout)
        attempts = Attempts(self._settings.retry, deadline)
        while True:
            try:
                with self._channels.service() as service:
                    answer = service.GetModelInfo(
                        pb.GetModelInfoRequest(),
                        timeout=deadline.remaining(),
                        metadata=self._settings.connection.call_metadata(),
                    )
            except grpc.RpcError as failure:
                time.sleep(attempts.failed(interruption(failure)))
            else:
                self._settings.info = info_from(answer)
                return self._settings.info

    def _classify(self, messages: Iterable[Item], options: Options, deadline: Deadline) -> list[Tag]:
        plan = Plan(messages, call_intake(), options, self._settings.retry, deadline)
        if plan.needs_limits and self._settings.info is None:
            with suppress(PermissionDeniedError):  # model info may be switched off; then calls are small
                self.info(timeout=deadline.remaining())
        while (request := plan.next_call(self._settings.limits)) is not None:
            try:
                with self._channels.service() as service:
                    answer = service.Classify(
                        request, timeout=deadline.remaining(), metadata=self._settings.connection.call_metadata()
                    )
            except grpc.RpcError as failure:
                time.sleep(plan.failed(interruption(failure)))
            else:
                time.sleep(plan.answered(self._decoded(answer, options, deadline)))
        return plan.tags()

    def _decoded(self, answer: pb.ClassifyResponse, options: Options, deadline: Deadline) -> list[Tag]:
        """A unary answer has scores without their labels: those are asked for once for each model that answers."""
        if options.scores and not self._settings.knows(answer):
            self.info(timeout=deadline.remaining())
            self._settings.asked(answer)
        decoder = self._settings.decoder(options)
        decoder.new_model(answer.model)
        return decoder.tags(answer.tags)

    def _stream(self, options: Options, deadline: Deadline) -> Stream:
        @contextmanager
        def connect(frames: Iterator[pb.StreamClassifyRequest]) -> Iterator[Call]:
            with self._channels.service(look=True) as service:
                yield service.StreamClassify(
                    frames, timeout=deadline.remaining(), metadata=self._settings.connection.call_metadata()
                )

        session = self._settings.session(options, deadline)
        stream = Stream(options, session, stream_intake(), lambda: Decoder(options), connect)
        self._channels.streams.add(stream)
        return stream
