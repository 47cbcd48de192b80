"""The schemas that records were written by: each fetched once, whoever needs it, and before the records are read."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from emotag_service.kafka.records.rewriter import prepare_all
from emotag_service.kafka.records.schemas.framing import SchemaKey, framing_of
from emotag_service.kafka.records.schemas.schema_codec import SchemaCodec, make_schema
from emotag_service.kafka.registry.client import RegistryDownError
from emotag_service.messages.untaggable import (
    REGISTRY_REFUSED,
    REGISTRY_UNAVAILABLE,
    SCHEMA_NOT_FOUND,
    Fault,
    UntaggableError,
)
from emotag_service.process.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Sequence

    from emotag_service.kafka.records.codec import Codec
    from emotag_service.kafka.records.paths import Fields, Path
    from emotag_service.kafka.records.record import Record
    from emotag_service.kafka.records.rewriter import Prepared, Rewriter
    from emotag_service.kafka.records.schemas.schema import RegisteredSchema, SchemaText
    from emotag_service.kafka.registry.client import RegistryClient

_log = structlog.get_logger(__name__)
_MOST_SCHEMAS = 1000
_AGAIN_SECONDS = 5.0  # before a registry is asked again for what it has refused
_PASSING = (REGISTRY_UNAVAILABLE, REGISTRY_REFUSED, SCHEMA_NOT_FOUND)


class Schemas:
    """Schemas by the ids that stand before values.

    An id means one schema for ever, so that what is known of it is kept, for as many as `_MOST_SCHEMAS`. That there is
    no schema of an id is forgotten after a moment, that the registry did not answer at once.

    Attributes:
        known: What is known of each; those of the records that are being prepared are there.
    """

    def __init__(
        self,
        client: RegistryClient,
        fields: Fields,
        tag: Path | None,
        *,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make it, inside the event loop that uses it.

        Args:
            client: Whom to ask; ended by `close`.
            fields: Where the text is.
            tag: Where the tag goes if a schema has a field for it there; None for headers alone.
            patience: Seconds that records wait for a schema.
            clock: Monotonic seconds.
        """
        self.known: OrderedDict[SchemaKey, RegisteredSchema | Fault] = OrderedDict()
        self._client = client
        self._fields = fields
        self._tag = tag
        self._patience = patience
        self._clock = clock
        self._again: dict[SchemaKey, float] = {}
        self._needed: Counter[SchemaKey] = Counter()
        self._fetches: dict[SchemaKey, asyncio.Task[None]] = {}
        self._lost = False

    async def prepare(self, rewriter: Rewriter, records: Sequence[Record]) -> list[Prepared]:
        """Read records, once their schemas are there.

        Raises:
            ForbiddenError: The registry does not take our login.
        """
        async with self._held(_keys(records)):
            return await prepare_all(rewriter, records)

    def codec(self, others: Codec) -> SchemaCodec:
        """Make the codec that reads framed values by these, and all others by another codec."""
        return SchemaCodec(others, self.known)

    async def close(self) -> None:
        """End what is under way, and the client."""
        fetches = list(self._fetches.values())
        for fetch in fetches:
            fetch.cancel()
        await asyncio.gather(*fetches, return_exceptions=True)
        await self._client.close()

    @asynccontextmanager
    async def _held(self, keys: Collection[SchemaKey]) -> AsyncIterator[None]:
        """Have the schemas of these keys, and keep them until the end."""
        self._needed.update(keys)
        try:
            await asyncio.gather(*[asyncio.shield(self._fetch(key)) for key in keys if self._unknown(key)])
            for key in keys:
                self.known.move_to_end(key)
            yield
        finally:
            self._needed.subtract(keys)
            self._forget()

    def _unknown(self, key: SchemaKey) -> bool:
        return key not in self.known or self._again.get(key, float("inf")) <= self._clock()

    def _fetch(self, key: SchemaKey) -> asyncio.Task[None]:
        if key not in self._fetches:
            self._fetches[key] = task = asyncio.create_task(self._learn(key), name=f"schema {key}")
            task.add_done_callback(lambda done: self._ended(key, done))
        return self._fetches[key]

    def _ended(self, key: SchemaKey, task: asyncio.Task[None]) -> None:
        del self._fetches[key]
        if not task.cancelled():
            task.exception()  # whoever waits for it raises it, if anybody still does

    async def _learn(self, key: SchemaKey) -> None:
        found = await self._found(key)
        self._again.pop(key, None)
        if isinstance(found, Fault) and found.reason in _PASSING:
            self._again[key] = self._clock() + (0 if found.reason == REGISTRY_UNAVAILABLE else _AGAIN_SECONDS)
        elif isinstance(found, Fault):
            _log.warning("schema cannot be used", schema=str(key), reason=found.reason, detail=found.detail)
        self.known[key] = found

    async def _found(self, key: SchemaKey) -> RegisteredSchema | Fault:
        try:
            async with asyncio.timeout(self._patience):
                text = await self._asked(key)
            return await asyncio.to_thread(make_schema, text, self._fields, self._tag)
        except TimeoutError:
            detail = f"the schema registry at {self._client.url} gave no schema within {self._patience:g} s"
            return Fault(REGISTRY_UNAVAILABLE, detail)
        except UntaggableError as error:
            return error.fault

    async def _asked(self, key: SchemaKey) -> SchemaText:
        backoff = Backoff()
        while True:
            try:
                text = await self._client.schema(key)
            except RegistryDownError as error:
                self._note(str(error))
                await asyncio.sleep(backoff.next())
            else:
                self._note("")
                return text

    def _note(self, problem: str) -> None:
        """Say when the registry goes, and when it is back."""
        if problem and not self._lost:
            _log.warning("schema registry unreachable", url=self._client.url, problem=problem)
        if self._lost and not problem:
            _log.info("schema registry reachable", url=self._client.url)
        self._lost = bool(problem)

    def _forget(self) -> None:
        self._needed += Counter()  # drops what nobody needs any more
        if len(self.known) <= _MOST_SCHEMAS:
            return
        spare = [key for key in self.known if key not in self._needed]
        for key in spare[: len(self.known) - _MOST_SCHEMAS]:
            del self.known[key]
            self._again.pop(key, None)


def _keys(records: Sequence[Record]) -> set[SchemaKey]:
    keys = set()
    for record in records:
        try:
            framing = framing_of(record)
        except UntaggableError:
            continue  # said again, of this record alone, when it is read
        if framing is not None and record.value is not None:
            keys.add(framing.key)
    return keys
