"""EmotionService: calls of the wire as calls of the engine, and back."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from emotag.v1.emotion_service_pb2 import ClassifyRequest, ClassifyResponse, GetModelInfoRequest, GetModelInfoResponse
from emotag_service.contract.decode import Intake, read_options
from emotag_service.contract.encode import add_tag, model_identity, model_info, model_of
from emotag_service.contract.status import (
    CallRefusedError,
    check_count,
    make_status,
    refuse_if_all_may_retry,
    too_many_streams,
)
from emotag_service.grpc.access import peer_of
from emotag_service.grpc.stream import Stream
from emotag_service.grpc.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grpc import aio

    from emotag_service.access.callers import Callers
    from emotag_service.access.protection import Protection
    from emotag_service.contract.limits import FrontLimits
    from emotag_service.engine.engine import Engine
    from emotag_service.engine.tag import Tag
    from emotag_service.grpc.tracing import CallTracing
    from emotag_service.grpc.wire import Inbound

    Context = aio.ServicerContext[Any, Any]


class EmotionServicer:
    """Answers the three methods of `emotag.v1.EmotionService` by an engine.

    Attributes:
        streams: The streams that are open.
    """

    def __init__(
        self,
        engine: Engine,
        limits: FrontLimits,
        protection: Protection,
        callers: Callers,
        tracing: CallTracing | None = None,
    ) -> None:
        self.streams = Streams()
        self._engine = engine
        self._limits = limits
        self._protection = protection
        self._callers = callers
        self._tracing = tracing

    async def classify(self, inbound: Inbound[ClassifyRequest], context: Context) -> ClassifyResponse:
        """Answer every message of one request, in its order.

        Raises:
            CallRefusedError: The request as a whole is wrong, or all of it may be sent again later.
            InvalidOptionsError: The options ask for what the engine does not have.
            QuotaError: The caller has used up its quota.
        """
        request = inbound.request
        options = self._engine.check_options(read_options(request.options))
        check_count(len(request.messages), self._limits.frame_messages)
        intake = Intake(request.messages, inbound.problems)
        peer = peer_of(context, mutual=self._protection.mutual)
        with self._callers.account(peer) as account, self._callers.of_calls(account, peer) as caller:
            account.charge(len(request.messages), inbound.size)
            job = self._engine.submit(intake.messages, options, caller=caller, deadline=deadline_of(context))
            tags = intake.refused.merge(list(await job.wait()))
        return await self._response([tag for tag in tags if tag is not None])

    async def stream_classify(self, _requests: object, context: Context) -> None:
        """Answer a stream; see `Stream`.

        Raises:
            CallRefusedError: There are as many streams as the server takes; or see `Stream.run`.
            QuotaError: The caller has as many as it may.
        """
        if len(self.streams) >= self._protection.streams:
            raise too_many_streams(self._protection.streams)
        peer = peer_of(context, mutual=self._protection.mutual)
        with self._callers.account(peer) as account, account.stream():
            caller = self._callers.of_stream(account, peer)
            stream = Stream(self._engine, self._limits, context, account, caller, peer, self._tracing)
            with self.streams.hold(stream):
                await stream.run()

    async def get_model_info(self, _request: GetModelInfoRequest, _context: Context) -> GetModelInfoResponse:
        """Say what answers.

        Raises:
            CallRefusedError: That is nobody's business here.
        """
        if not self._protection.model_info:
            raise CallRefusedError(make_status("PERMISSION_DENIED", "MODEL_INFO_OFF", "model info is switched off"))
        return model_info(self._engine, self._limits)

    async def _response(self, tags: Sequence[Tag]) -> ClassifyResponse:
        refuse_if_all_may_retry(tags)
        named = model_of(tags, self._engine.model.identity)
        response = ClassifyResponse(model=model_identity(named))
        explained = 0
        for tag in tags:
            add_tag(response.tags, tag, named)
            if tag.token_weights:
                explained += 1
                if explained % self._limits.explained_tags == 0:
                    await asyncio.sleep(0)  # others have a turn, since so many token weights take milliseconds
        return response


def deadline_of(context: Context) -> float | None:
    """Engine-clock seconds after which the caller waits no more; None where it waits for ever."""
    remaining: float | None = context.time_remaining()
    return None if remaining is None else time.monotonic() + remaining
