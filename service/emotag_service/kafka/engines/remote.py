"""The engine of a service, over gRPC: taggers scale apart from what computes."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

from emotag.aio_client import AsyncEmotionClient
from emotag.errors import DeadlineExceededError, EmotionError, UnsupportedError
from emotag.retry import Retry
from emotag_service.kafka.engines.link import Link
from emotag_service.kafka.engines.remote_session import RemoteSession
from emotag_service.kafka.errors import EngineUnavailableError
from emotag_service.kafka.loop.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag.info import Info, Taxonomy

_ADDRESS = re.compile(r"grpc://(?P<target>(\[[0-9a-fA-F:.%]+\]|[^\[\]:/\s,@]+):[0-9]{1,5})/?")
_ASK_SECONDS = 5.0


def service_target(text: str) -> str:
    """Parse grpc://HOST:PORT into what gRPC calls a target; raises ValueError that says what would be right."""
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found["target"].rpartition(":")[2]) < 65_536:
        raise ValueError("must be grpc://HOST:PORT, such as grpc://localhost:50051")
    return found["target"]


class RemoteEngine:
    """Implements `emotag_service.kafka.engines.protocol.TagEngine` over the streams of a service."""

    def __init__(
        self,
        address: str,
        *,
        taxonomy: str = "",
        patience: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make one.

        Args:
            address: grpc://HOST:PORT.
            taxonomy: Of the tags; empty for the service's default.
            patience: Seconds that `start` waits for a service that is still starting.
            clock: Seconds since the epoch.

        Raises:
            ValueError: The address is none.
        """
        self._target = service_target(address)
        self._address = address
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
        """Ask the service what it has. Raises EngineUnavailableError when it is not there, or lacks the taxonomy."""
        # One attempt: sessions see every interruption, log it once, and come back for ever.
        client = AsyncEmotionClient(self._target, retry=Retry(attempts=1))
        try:
            info = await self._ask(client)
            self._found = self._choose(info)
        except BaseException:
            await client.close()
            raise
        self._client = client
        self._most_bytes = info.limits.max_text_bytes

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

    async def _ask(self, client: AsyncEmotionClient) -> Info:
        backoff, until = Backoff(), time.monotonic() + self._patience
        while True:
            try:
                return await client.info(timeout=_ASK_SECONDS)
            except UnsupportedError as error:
                raise EngineUnavailableError(
                    f"what answers at {self._address} is no emotag service; check --engine"
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
