"""The agent's HTTP: its card, JSON-RPC and REST, as the SDK has them, and what it leaves to do around them."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from a2a.extensions.common import get_requested_extensions
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes, create_rest_routes
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware

from emotag.a2a.extension import EXTENSION, HEADER

if TYPE_CHECKING:
    from a2a.types import AgentCard
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from emotag.a2a.agent import AgentRequests

MOST_BYTES = 4 * 2**20  # of one request: what gRPC takes, too, unless told otherwise
_NO_JSON = b"\0"


def make_app(requests: AgentRequests, card: AgentCard) -> Starlette:
    """Make the application that answers requests by `requests`, and shows the card."""
    routes = [
        *create_agent_card_routes(card),
        *create_jsonrpc_routes(requests, "/", enable_v0_3_compat=True),
        *create_rest_routes(requests),
    ]
    return Starlette(routes=routes, middleware=[Middleware(_Around)], max_body_size=MOST_BYTES)


class _Around:
    """Names extensions in answers, and has bodies that are no UTF-8 refused as those that are no JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = EXTENSION in get_requested_extensions(Headers(scope=scope).getlist(HEADER))
        decoder = codecs.getincrementaldecoder("utf-8")()

        async def read() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                try:
                    decoder.decode(message.get("body", b""), final=not message.get("more_body", False))
                except UnicodeDecodeError:
                    # The SDK takes it for a failure of ours; a control character it knows how to refuse.
                    decoder.reset()
                    return {**message, "body": _NO_JSON}
            return message

        async def answer(message: Message) -> None:
            if named and message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = EXTENSION
            await send(message)

        await self._app(scope, read, answer)
