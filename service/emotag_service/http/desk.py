"""What every route does around its own translation: who asks, how much is read, what becomes of the messages."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect

from emotag_service.access.bearer import Bearer
from emotag_service.access.callers import Peer, network_of
from emotag_service.access.tokens import Tokens
from emotag_service.contract.limits import FrontLimits
from emotag_service.contract.status import check_count, refusal, too_many_streams
from emotag_service.engine.options import Options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from starlette.requests import Request

    from emotag_service.access.account import Account
    from emotag_service.access.callers import Callers
    from emotag_service.access.protection import Protection
    from emotag_service.engine.caller import Job
    from emotag_service.engine.engine import Engine
    from emotag_service.engine.message import Message
    from emotag_service.engine.tag import Tag
    from emotag_service.http.settings import HttpSettings

_LIMITS = FrontLimits()
_TIMEOUT = "connect-timeout-ms"


class Desk:
    """Takes requests in.

    Attributes:
        engine: What tags.
        callers: Accounts of all fronts.
        limits: Bounds of one request.
        settings: Of the front.
        protection: What both fronts are protected by.
        stopping: Set once nothing new is taken.
        streams: How many are open.
    """

    def __init__(self, engine: Engine, callers: Callers, settings: HttpSettings, protection: Protection) -> None:
        """Make one. Raises TokenFileError when the file of tokens cannot be used."""
        self.engine = engine
        self.callers = callers
        self.limits = _LIMITS
        self.settings = settings
        self.protection = protection
        self.stopping = asyncio.Event()
        self.streams = 0
        self._bodies: set[asyncio.Timeout] = set()
        self._bearer = None if protection.tokens is None else Bearer(Tokens(protection.tokens))

    def stop(self) -> None:
        """Take nothing new: streams end once what was taken is answered, bodies that are on their way are refused."""
        self.stopping.set()
        for body in self._bodies:
            if not body.expired():
                body.reschedule(0)

    def check_origin(self, request: Request) -> None:
        """Refuse pages of browsers that are not named: they could use what this machine alone can reach.

        Raises:
            CallRefusedError: It is one.
        """
        origin = request.headers.get("origin")
        if origin is not None and origin not in self.settings.origins:
            raise refusal("PERMISSION_DENIED", "ORIGIN", "pages of this origin may not call: name it by --http-origin")

    @contextmanager
    def visit(self, request: Request) -> Iterator[Visit]:
        """A request of somebody who may ask, on the account of whoever that is.

        Raises:
            AccessError: It brings no token that allows this.
        """
        token = (
            None if self._bearer is None else self._bearer.admit(request.headers.getlist("authorization"), "classify")
        )
        host, port = request.client or ("127.0.0.1", 0)
        subject = request.scope.get("state", {}).get("subject", "")
        peer = Peer(f"http:{host}:{port}", network_of(host), subject, token)
        with self.callers.account(peer) as account:
            yield Visit(self, request, account, peer)

    def check_open(self) -> None:
        """Refuse what comes once nothing new is taken.

        Raises:
            CallRefusedError: The server stops.
        """
        if self.stopping.is_set():
            raise refusal("UNAVAILABLE", "DRAINING", "the server is stopping: send again elsewhere")

    @asynccontextmanager
    async def patience(self) -> AsyncIterator[None]:
        """Bound how long a body takes to come. Raises TimeoutError: it did not, or the server stops."""
        async with asyncio.timeout(self.protection.connections.idle_seconds) as body:
            self._bodies.add(body)
            try:
                yield
            finally:
                self._bodies.discard(body)

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Count a stream while it is open.

        Raises:
            CallRefusedError: There are as many as the server takes, or it stops.
        """
        self.check_open()
        if self.streams >= self.protection.streams:
            raise too_many_streams(self.protection.streams)
        self.streams += 1
        try:
            yield
        finally:
            self.streams -= 1

    def options(self, request: Request, *, all_scores: bool = True) -> Options:
        """The options of a request whose body has none: a taxonomy in the query, else that of the settings.

        Raises:
            InvalidOptionsError: The model does not have the taxonomy.
        """
        taxonomy = request.query_params.get("taxonomy") or self.settings.taxonomy
        return self.engine.check_options(Options(taxonomy, all_scores=all_scores))


class Visit:
    """One request.

    Attributes:
        request: As it came.
        account: Whose it is.
        peer: Who makes it.
        gone: Set once the connection that it came over is lost.
    """

    def __init__(self, desk: Desk, request: Request, account: Account, peer: Peer) -> None:
        self.request = request
        self.account = account
        self.peer = peer
        self.gone: asyncio.Event = request.scope.get("state", {}).get("gone") or asyncio.Event()
        self._desk = desk
        self._size = 0
        self._arrived = time.monotonic()

    async def body(self) -> bytes:
        """Read the body.

        Raises:
            CallRefusedError: It is too large, compressed, or too slow, or the server stops.
        """
        self._desk.check_open()
        limit, headers = self._desk.settings.body_bytes, self.request.headers
        if headers.get("content-encoding", "identity") != "identity":
            raise refusal("INVALID_ARGUMENT", "ENCODED", "content-encoding: send the body as it is, not compressed")
        declared = headers.get("content-length", "0")
        if len(declared) > len(str(limit)) or (declared.isdecimal() and int(declared) > limit):
            raise _too_large(limit)
        parts = bytearray()
        try:
            async with self._desk.patience():
                async for part in self.request.stream():
                    parts += part
                    if len(parts) > limit:
                        raise _too_large(limit)
        except TimeoutError:
            self._desk.check_open()
            raise refusal("DEADLINE_EXCEEDED", "SLOW_BODY", "the body did not come in time") from None
        except ClientDisconnect:
            raise refusal("CANCELLED", "CANCELLED", "whoever asked went away") from None
        self._size = len(parts)
        return bytes(parts)

    async def json(self) -> dict[str, Any]:
        """Read the body as a JSON object.

        Raises:
            CallRefusedError: It is none; or see `body`.
        """
        return json_object(await self.body())

    def charge(self, messages: int, *, times: int = 1) -> None:
        """Look at the number of messages, and put them on the account; `times` is how often each is computed.

        Raises:
            CallRefusedError: There are none, or too many.
            QuotaError: The caller has used up its quota.
        """
        check_count(messages, self._desk.limits.frame_messages)
        self.account.charge(messages * times, self._size)

    async def tag(self, messages: Sequence[Message], options: Options) -> list[Tag]:
        """Have messages tagged, unless whoever asks goes away.

        Raises:
            CallRefusedError: They went away.
            InvalidOptionsError: The options ask for what the engine does not have.
        """
        callers, engine = self._desk.callers, self._desk.engine
        with callers.of_calls(self.account, self.peer) as caller:
            return await self._answered(engine.submit(messages, options, caller=caller, deadline=self._deadline()))

    async def _answered(self, job: Job) -> list[Tag]:
        if job.done():
            return await job.wait()
        answer, gone = asyncio.ensure_future(job.wait()), asyncio.ensure_future(self._gone())
        try:
            await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise refusal("CANCELLED", "CANCELLED", "whoever asked went away")
        finally:
            answer.cancel()
            gone.cancel()
            await asyncio.gather(answer, gone, return_exceptions=True)

    async def _gone(self) -> None:
        while (await self.request.receive())["type"] != "http.disconnect":
            pass

    def _deadline(self) -> float | None:
        given = self.request.headers.get(_TIMEOUT)
        if given is None:
            return None
        if not (given.isascii() and given.isdecimal() and len(given) <= 10):
            raise refusal("INVALID_ARGUMENT", "INVALID_REQUEST", f"{_TIMEOUT}: must be a number of milliseconds")
        return self._arrived + int(given) / 1000


def json_object(data: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        CallRefusedError: It is none.
    """
    try:
        found = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        # Its own words quote nothing, and say where.
        why = str(error) if isinstance(error, json.JSONDecodeError) else "not UTF-8, too deep, or a number that is none"
        raise refusal("INVALID_ARGUMENT", "MALFORMED_REQUEST", f"the body is not JSON: {why}") from None
    if not isinstance(found, dict):
        raise refusal("INVALID_ARGUMENT", "INVALID_REQUEST", "the body must be a JSON object")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _too_large(limit: int) -> Exception:
    return refusal(
        "RESOURCE_EXHAUSTED", "BODY_TOO_LARGE", f"the body has more than {limit:,} bytes: send several requests"
    )
