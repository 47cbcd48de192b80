"""Agents of A2A for tests: ours on free ports, and clients of its card over each binding."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
from a2a.client import ClientConfig, ClientFactory
from a2a.client.client import ClientCallContext
from a2a.client.service_parameters import ServiceParametersFactory, with_a2a_extensions
from a2a.types import Message, Part, Role, SendMessageRequest
from google.protobuf.json_format import MessageToDict
from grpc import aio

from emotag.a2a.extension import EXTENSION, OPTIONS
from emotag.a2a.server import AgentServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from a2a.client.base_client import BaseClient
    from a2a.types import AgentCard, StreamResponse

    from emotag.local import EmotionTagger

BINDINGS = ("JSONRPC", "HTTP+JSON", "GRPC")


@asynccontextmanager
async def client_of(
    card: AgentCard, binding: str = "JSONRPC", *, streaming: bool = False, interceptors: Any = ()
) -> AsyncIterator[BaseClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        config = ClientConfig(
            httpx_client=http,
            grpc_channel_factory=aio.insecure_channel,
            supported_protocol_bindings=[binding],
            streaming=streaming,
        )
        client = ClientFactory(config).create(card, list(interceptors))
        try:
            yield client
        finally:
            await client.close()


@asynccontextmanager
async def agent_of(tagger: EmotionTagger, binding: str) -> AsyncIterator[BaseClient]:
    """A client of an agent that answers by `tagger`."""
    async with (
        AgentServer(tagger.tag_async, tagger.info, grpc_port=0) as server,
        client_of(server.card, binding) as client,
    ):
        yield client


def asking(*texts: str, role: Role = Role.ROLE_USER, **options: Any) -> SendMessageRequest:
    message = Message(message_id="m1", role=role, parts=[Part(text=text) for text in texts])
    if options:
        message.metadata.update({OPTIONS: options})
    return SendMessageRequest(message=message)


def activating() -> ClientCallContext:
    """The context of a call that activates the extension."""
    return ClientCallContext(service_parameters=ServiceParametersFactory.create([with_a2a_extensions([EXTENSION])]))


async def ask(client: BaseClient, *texts: str, **options: Any) -> list[StreamResponse]:
    return [event async for event in client.send_message(asking(*texts, **options))]


def documents(parts: Any) -> list[dict[str, Any]]:
    """What data parts say."""
    return [MessageToDict(part.data) for part in parts if part.HasField("data")]
