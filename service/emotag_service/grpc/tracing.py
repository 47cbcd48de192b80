"""Spans of calls: one of a unary call, one of each frame of a stream, which may last for days."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import SpanKind, StatusCode

from emotag_service.grpc.health import SERVICE_NAME
from emotag_service.tracing import CONTEXT_HEADERS, MESSAGES, Traced, current, parent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from opentelemetry.context import Context
    from opentelemetry.trace import Span

    from emotag_service.engine.caller import Caller, Job
    from emotag_service.engine.message import Message
    from emotag_service.engine.options import Options
    from emotag_service.tracing import Tracing


class CallTracing:
    """Makes the spans of a server's calls; they are children of the span whose context a caller sends as metadata."""

    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing
        self._following: set[asyncio.Task[None]] = set()

    def unary(self, method: str, call: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
        """Return the same handler with a span around it."""

        async def traced(inbound: Any, context: Any) -> Any:
            span = self._span(method, _context(context))
            try:
                with _submitting(span, evaluated=self._tracing.evaluations):
                    reply = await call(inbound, context)
                span.set_attribute(MESSAGES, len(reply.tags))
                return reply
            finally:
                span.end()

        return traced

    def frames(self, submit: Callable[..., Job], context: Any) -> Callable[..., Job]:
        """Return the same `Engine.submit` with a span per job, from its submission until all of it is answered."""
        brought = _context(context)

        def traced(messages: Sequence[Message], options: Options, *, caller: Caller) -> Job:
            span = self._span("StreamClassify", brought)
            span.set_attribute(MESSAGES, len(messages))
            try:
                with _submitting(span, evaluated=self._tracing.evaluations):
                    job = submit(messages, options, caller=caller)
            except BaseException:
                span.end()
                raise
            following = asyncio.create_task(_follow(span, job), name="span of a frame")
            self._following.add(following)
            following.add_done_callback(self._following.discard)
            return job

        return traced

    def _span(self, method: str, brought: Context) -> Span:
        attributes = {"rpc.system": "grpc", "rpc.service": SERVICE_NAME, "rpc.method": method}
        return self._tracing.tracer.start_span(
            f"{SERVICE_NAME}/{method}", brought, kind=SpanKind.SERVER, attributes=attributes
        )


async def _follow(span: Span, job: Job) -> None:
    tags = await job.wait()
    failed = sum([tag.error is not None for tag in tags])
    if failed:
        span.set_attribute("emotag.failed", failed)
    span.end()


def _context(call: Any) -> Context:
    metadata = call.invocation_metadata() or ()
    return parent({key: value for key, value in metadata if key in CONTEXT_HEADERS and isinstance(value, str)})


@contextmanager
def _submitting(span: Span, *, evaluated: bool) -> Iterator[None]:
    """Have jobs that are submitted inside hang on the span, which says by its type what is raised there."""
    token = current.set(Traced(span, evaluated))
    try:
        yield
    except BaseException as error:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(StatusCode.ERROR)
        raise
    finally:
        current.reset(token)
