"""A server of the same contract that tags nothing: what gRPC in Python costs before any work. Run with --port."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterable

import grpc

from emotag.v1 import emotion_service_pb2 as pb
from emotag.v1 import emotion_service_pb2_grpc as rpc
from emotag.v1.message_pb2 import Message
from emotag.v1.tag_pb2 import Tag


def echo(messages: Iterable[Message]) -> list[Tag]:
    """One constant tag per message."""
    return [Tag(message_id=message.id, label="neutral", score=0.5, labels=("neutral",)) for message in messages]


class EchoService(rpc.EmotionServiceServicer):
    """Answers every message with the same tag."""

    async def Classify(self, request: pb.ClassifyRequest, context: grpc.aio.ServicerContext) -> pb.ClassifyResponse:  # noqa: N802 - the contract's name
        return pb.ClassifyResponse(tags=echo(request.messages))

    async def StreamClassify(  # noqa: N802 - the contract's name
        self, request_iterator: AsyncIterator[pb.StreamClassifyRequest], context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.StreamClassifyResponse]:
        async for frame in request_iterator:
            yield pb.StreamClassifyResponse(tags=echo(frame.messages))


async def serve(port: int) -> None:
    """Serve on loopback until killed."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    rpc.add_EmotionServiceServicer_to_server(EchoService(), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(serve(parser.parse_args().port))
