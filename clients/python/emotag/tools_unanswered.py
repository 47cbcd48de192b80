"""The requests of a host of the Model Context Protocol that have no answer yet."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

from mcp.shared.dispatcher import coerce_request_id
from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

_LAST_SECONDS = 60.0  # that calls are given at the end of the input; those of a server give up after 30
_WITHOUT_END = "subscriptions/listen"  # the request whose answer lasts as long as the connection


class Unanswered:
    """Those that were read and have none, which the SDK's server cancels when its input ends."""

    def __init__(self) -> None:
        self._ids: Counter[str | int] = Counter()
        self._none = asyncio.Event()
        self._none.set()
        self._given_up = False

    def read(self, message: JSONRPCMessage) -> None:
        """Note a request, or that the host wants no answer to one any more."""
        if isinstance(message, JSONRPCRequest) and message.method != _WITHOUT_END and not self._given_up:
            self._ids[coerce_request_id(message.id)] += 1
            self._none.clear()
        elif isinstance(message, JSONRPCNotification) and message.method == "notifications/cancelled":
            self._over((message.params or {}).get("requestId"))

    def written(self, message: JSONRPCMessage) -> None:
        """Note an answer."""
        if isinstance(message, JSONRPCResponse | JSONRPCError):
            self._over(message.id)

    def give_up(self) -> None:
        """Wait for none, now and later."""
        self._given_up = True
        self._none.set()

    async def none(self) -> None:
        """Wait until there is none, or that takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await self._none.wait()

    def _over(self, name: object) -> None:
        if isinstance(name, str | int) and not isinstance(name, bool):
            self._ids[coerce_request_id(name)] -= 1  # "7" is 7 here: so the SDK's server takes it
        self._ids = +self._ids
        if not self._ids:
            self._none.set()
