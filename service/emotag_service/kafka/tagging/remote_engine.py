"""The engine of a service, over gRPC: taggers scale apart from what computes."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import structlog

from emotag.aio_client import AsyncEmotionClient
from emotag.errors import (
    DeadlineExceededError,
    EmotionError,
    InvalidArgumentError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnsupportedError,
)
from emotag.retry import Retry
from emotag.tls import TLS
from emotag_service.kafka.errors import EngineUnavailableError
from emotag_service.kafka.tagging.remote_session import Link, RemoteSession
from emotag_service.process.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from emotag.info import Info, Taxonomy

_ADDRESS = re.compile(r"(?P<scheme>grpcs?)://(?P<target>(\[[0-9a-fA-F:.%]+\]|[^\[\]:/\s,@]+):[0-9]{1,5})/?")
_ASK_SECONDS = 5.0
_REFUSALS = (InvalidArgumentError, PermissionDeniedError, UnauthenticatedError)
_log = structlog.get_logger(__name__)


def service_target(text: str) -> str:
    """Parse grpc://HOST:PORT, or grpcs:// for TLS, into what gRPC calls a target; raises ValueError with the fix."""
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found["target"].rpartition(":")[2]) < 65_536:
        raise ValueError("must be grpc://HOST:PORT, or grpcs:// for TLS, such as grpc://localhost:50051")
    return found["target"]


class RemoteEngine:
    """Implements `emotag_service.kafka.tagging.tag_engine.TagEngine` over the streams of a service.

    Attributes:
        engine: None: it is in another process, whose operators' port shows it.
    """

    engine: None = None

    def __init__(
        self,
        address: str,
        *,
        taxonomy: str = "",
        tls: TLS | None = None,
        token: Path | None = None,
        metadata: Sequence[tuple[str, str]] = (),
        patience: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make one.

        Args:
            address: grpc://HOST:PORT, or grpcs:// for TLS.
            taxonomy: Of the tags; empty for the service's default.
            tls: Files for grpcs://, read again when they change; None trusts the public authorities.
            token: File of the token that the service asks for, likewise.
            metadata: Sent with every call, such as the context of a trace.
            patience: Seconds that `start` waits for a service that is still starting.
            clock: Seconds since the epoch.

        Raises:
            ValueError: The address is none.
        """
        self._target = service_target(address)
        self._address = address
        self._tls = (tls or TLS()) if address.startswith("grpcs:") else None
        self._token = token
        self._metadata = metadata
        self._taxonomy = taxonomy
        self._patience = patience
        self._clock = clock
        self._client: AsyncEmotionClient | None = None
        self._found: Taxonomy | None = None
        self._most_bytes = 0
        self._link = Link(address)
        self._sessions: set[RemoteSession] = set()

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the taxonomy, in the order of scores. Raises RuntimeError before `start`."""
        return self._started()[1].labels

    async def start(self) -> None:
        """Ask the service what it has.

        Raises:
            EngineUnavailableError: It is not there, lacks the taxonomy, or a file of certificates or token is no use.
        """
        client = self._connect()
        try:
            info = await self._ask(client)
            self._found = self._choose(info)
        except BaseException:
            await client.close()
            raise
        self._client = client
        self._most_bytes = info.limits.max_text_bytes

    async def check_files(self) -> None:
        """Read the files that it connects with, and connect nowhere.

        Raises:
            EngineUnavailableError: One of them cannot be used.
        """
        await self._connect().close()

    def session(self, name: str) -> RemoteSession:
        """Open a session. Raises RuntimeError before `start`."""
        client, taxonomy = self._started()
        session = RemoteSession(
            name, client, taxonomy.name, self._most_bytes, self._link, self._clock, self._sessions.discard
        )
        self._sessions.add(session)
        return session

    async def close(self) -> None:
        """End it, and the sessions that are still open. Idempotent."""
        for session in list(self._sessions):
            await session.close()
        if self._client is not None:
            await self._client.close()

    def _connect(self) -> AsyncEmotionClient:
        try:
            # One attempt: sessions see every interruption, log it once, and come back for ever.
            return AsyncEmotionClient(
                self._target, retry=Retry(attempts=1), tls=self._tls, token=self._token, metadata=self._metadata
            )
        except InvalidArgumentError as error:
            raise EngineUnavailableError(f"cannot connect to {self._address}: {error}") from error

    async def _ask(self, client: AsyncEmotionClient) -> Info:
        backoff, until = Backoff(), time.monotonic() + self._patience
        while True:
            try:
                return await client.info(timeout=_ASK_SECONDS)
            except UnsupportedError as error:
                raise EngineUnavailableError(
                    f"what answers at {self._address} is no emotag service; check --engine"
                ) from error
            except _REFUSALS as error:
                raise EngineUnavailableError(
                    f"cannot use the service at {self._address} ({error.code}: {error}); check --engine-token-file "
                    "and the other --engine options"
                ) from error
            except EmotionError as error:
                delay = backoff.next()
                passing = error.transient or isinstance(error, DeadlineExceededError)
                if not passing or time.monotonic() + delay > until:
                    raise EngineUnavailableError(
                        f"no service answers at {self._address} ({error.code}: {error}); "
                        "start one there with `emotag serve`, or check --engine"
                    ) from error
                await asyncio.sleep(delay)

    def _choose(self, info: Info) -> Taxonomy:
        for known in info.taxonomies:
            if self._taxonomy in ("", known.name):
                return known
        names = ", ".join(known.name for known in info.taxonomies)
        raise EngineUnavailableError(
            f"the service at {self._address} has no taxonomy {self._taxonomy!r}; choose --taxonomy among {names}"
        )

    def _started(self) -> tuple[AsyncEmotionClient, Taxonomy]:
        if self._client is None or self._found is None:
            raise RuntimeError("the engine is not started; await start() first")
        return self._client, self._found
