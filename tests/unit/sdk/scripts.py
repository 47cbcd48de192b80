"""Streams that do not go as planned: what scripted servers play."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from emotag.v1 import emotion_service_pb2 as pb
from emotag.v1 import tag_pb2
from tests.unit.sdk.scripted import abort, status

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import grpc

    from emotag.v1 import message_pb2
    from tests.unit.sdk.scripted import ScriptedServer, StreamScript

LOST = status("UNAVAILABLE", "connection lost")
DRAINING = status("UNAVAILABLE", "stopping", reason="DRAINING")


def messages_of(requests: Iterator[pb.StreamClassifyRequest]) -> Iterator[message_pb2.Message]:
    for request in requests:
        yield from request.messages


def single(tag: tag_pb2.Tag) -> pb.StreamClassifyResponse:
    return pb.StreamClassifyResponse(tags=[tag])


def answered(
    server: ScriptedServer, requests: Iterator[pb.StreamClassifyRequest], answers: int
) -> Generator[pb.StreamClassifyResponse, None, Iterator[message_pb2.Message]]:
    """Begin as a server does, answer so many messages, and return those that are still to come."""
    options = next(requests).options
    yield server.start_frame(options)
    source = messages_of(requests)
    for _ in range(answers):
        yield single(server.tag(next(source), options))
    return source


def breaks_after(server: ScriptedServer, answers: int) -> StreamScript:
    """Answers so many messages, then the connection is lost."""

    def play(
        requests: Iterator[pb.StreamClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamClassifyResponse]:
        yield from answered(server, requests, answers)
        abort(context, LOST)

    return play


def drains_after(server: ScriptedServer, answers: int) -> StreamScript:
    """Answers so many messages, says that it will stop, and refuses what still comes until the client half-closes."""

    def play(
        requests: Iterator[pb.StreamClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamClassifyResponse]:
        options = next(requests).options
        yield server.start_frame(options)
        for number, message in enumerate(messages_of(requests)):
            if number == answers:
                yield pb.StreamClassifyResponse(drain=pb.Drain())
            if number >= answers:
                yield single(tag_pb2.Tag(message_id=message.id, error=DRAINING))
            else:
                yield single(server.tag(message, options))

    return play


def ends_early(server: ScriptedServer, answers: int) -> StreamScript:
    """Answers so many messages, and ends in order, whatever still comes."""

    def play(
        requests: Iterator[pb.StreamClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamClassifyResponse]:
        yield from answered(server, requests, answers)

    return play


def drains_when_idle(server: ScriptedServer, answers: int) -> StreamScript:
    """Says that it will stop once so many messages are answered, when none waits for an answer."""

    def play(
        requests: Iterator[pb.StreamClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamClassifyResponse]:
        source = yield from answered(server, requests, answers)
        yield pb.StreamClassifyResponse(drain=pb.Drain())
        for _ in source:
            pass

    return play


def never_answers(
    requests: Iterator[pb.StreamClassifyRequest], context: grpc.ServicerContext
) -> Iterator[pb.StreamClassifyResponse]:
    """Reads everything, says nothing."""
    gone = threading.Event()
    context.add_callback(gone.set)
    for _ in requests:
        pass
    gone.wait()
    yield from ()


def answers_when(server: ScriptedServer, gate: threading.Event) -> StreamScript:
    """Reads at once, answers only when the gate is open."""

    def play(
        requests: Iterator[pb.StreamClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamClassifyResponse]:
        options = next(requests).options
        yield server.start_frame(options)
        for message in messages_of(requests):
            gate.wait()
            yield single(server.tag(message, options))

    return play


def reverses(server: ScriptedServer, count: int) -> StreamScript:
    """Answers the first `count` messages last to first, as an unordered stream may."""

    def play(
        requests: Iterator[pb.StreamClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamClassifyResponse]:
        options = next(requests).options
        assert options.reply_order == pb.REPLY_ORDER_UNORDERED
        yield server.start_frame(options)
        source = messages_of(requests)
        for message in reversed([next(source) for _ in range(count)]):
            yield single(server.tag(message, options))

    return play


def answers_a_stranger(server: ScriptedServer) -> StreamScript:
    """Answers a message that nobody sent."""

    def play(
        requests: Iterator[pb.StreamClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamClassifyResponse]:
        yield server.start_frame(next(requests).options)
        next(messages_of(requests))
        yield single(tag_pb2.Tag(message_id="nobody", label="joy"))
        context.set_details("not reached when the client hangs up")
        for _ in requests:
            pass

    return play
