"""Gets every topic ready that may be written to: there, wide enough, and known by what it accepts."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import structlog

from emotag_service.kafka.cluster.failures import acl
from emotag_service.kafka.cluster.topics import FIND_SECONDS, FOREVER, listed, missing_inputs, open_topics
from emotag_service.kafka.errors import AwayError, SettingsError, TaggerError
from emotag_service.process.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.cluster.topics import Topics
    from emotag_service.kafka.records.routes import Routes

_log = structlog.get_logger(__name__)

HEADROOM_BYTES = 64 * 1024  # what a tag, or the story of a dead letter, adds at most, and some
_MOST_BYTES = 2**31 - 1  # that a topic may accept
DISCOVERY_SECONDS = 10.0
_WAIT_SECONDS = 2.0


class Destinations:
    """The topics that may be written to, for the topics that are read.

    Attributes:
        limits: `max.message.bytes` of each that tells; grows as inputs are found.
    """

    def __init__(self, client: ClientSettings, routes: Routes, *, create: bool) -> None:
        """Make it; `create` is whether topics that are missing are created."""
        self.limits: dict[str, int] = {}
        self._client = client
        self._routes = routes
        self._create = create
        self._ready: set[str] = set()
        self._hindrances: dict[str, str] = {}  # what is waited for, by input
        self._preparing = asyncio.Lock()

    async def prepare(self, inputs: Collection[str]) -> None:
        """Get ready for reading these.

        Raises:
            SettingsError: One of them does not exist (one that a pattern found is left out), or a topic to write to is
                missing and must not be created.
            TaggerError: The cluster refuses, or fails.
        """
        async with self._preparing, open_topics(self._client) as topics:
            await self._prepare(topics, inputs)

    async def ready(self, topic: str) -> None:
        """Get ready for reading this one, if that is still to be done; see `prepare` for what it raises.

        A pattern's new topic may be read before `watch` has found it. A broker would then create what is to be written
        to, unasked and as wide as it likes, once a producer asks for its partitions.

        A cluster that is away is waited for, until cancelled, and so is a topic that a pattern found and that is gone:
        the group's next assignment is without it.
        """
        backoff = Backoff()
        try:
            while topic not in self._ready and (hindrance := await self._hindrance(topic)):
                if self._hindrances.get(topic) != hindrance:  # a lane of each partition waits
                    self._hindrances[topic] = hindrance
                    _log.warning("waiting for topic", topic=topic, reason=hindrance)
                await asyncio.sleep(backoff.next())
        finally:
            self._hindrances.pop(topic, None)

    async def wait_for(self, pattern: str) -> list[str]:
        """Wait until there is a topic that the pattern matches; get ready for all of them."""
        waiting = False
        while not (found := await self.discover(pattern)):
            if not waiting:
                _log.info("waiting for topics", pattern=pattern)
                waiting = True
            await asyncio.sleep(_WAIT_SECONDS)
        return found

    async def watch(self, pattern: str, seconds: float = DISCOVERY_SECONDS) -> None:
        """Go on getting ready for topics that appear, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.discover(pattern)
            except TaggerError as error:
                _log.warning("topics not checked", pattern=pattern, reason=str(error))

    async def discover(self, pattern: str) -> list[str]:
        """Get ready for topics that the pattern matches, and were not there before; return them."""
        async with self._preparing, open_topics(self._client) as topics:
            names = [name for name in matching(pattern, await topics.names()) if name not in self._ready]
            if names:
                await self._prepare(topics, names)
            if found := [name for name in names if name in self._ready]:
                _log.info("topics found", topics=found)
        return found

    async def _hindrance(self, topic: str) -> str:
        """Try to get ready for this one; return what may pass that stands in the way, or nothing."""
        async with self._preparing:
            if topic in self._ready:
                return ""
            try:
                async with open_topics(self._client) as topics:
                    # No patience with what is missing: the others wait for the lock, and this one comes again.
                    await self._prepare(topics, [topic], 0 if self._routes.pattern else FIND_SECONDS)
            except AwayError as error:
                return str(error)
        return "" if topic in self._ready else "it matched --input-pattern and does not exist any more"

    async def _prepare(self, topics: Topics, inputs: Collection[str], patience: float = FIND_SECONDS) -> None:
        sources = await topics.find(inputs, "Read", patience)
        if missing := [name for name in inputs if name not in sources]:
            if not self._routes.pattern:
                raise missing_inputs(missing, self._client.bootstrap)
            if not sources:
                return
            inputs = list(sources)
        wanted = self._wanted(sources)
        limits = await topics.max_message_bytes(inputs)
        retention = longest((await topics.retention(inputs)).values())
        room = min(max(limits.values()) + HEADROOM_BYTES, _MOST_BYTES) if limits else None
        await self._complete(topics, wanted, room, retention)
        self.limits |= await topics.max_message_bytes(wanted)
        self._ready.update(inputs)
        await self._warn(topics, wanted)
        await self._warn_of_width(topics, wanted)
        await self._warn_of_expiry(topics, wanted, retention)

    async def _warn_of_expiry(self, topics: Topics, written: Collection[str], retention: int | None) -> None:
        # Records keep their timestamps, so that old ones expire at once in a topic that keeps less than its input.
        kept = await topics.retention(written)
        if short := sorted(name for name, one in kept.items() if longest([one, retention]) != one):
            _log.warning("topic keeps records for less than its input", topics=short, config="retention.ms")

    async def _warn_of_width(self, topics: Topics, wanted: Mapping[str, int]) -> None:
        there = await topics.describe(wanted, "Write")
        if narrow := {name: there[name] for name in sorted(there) if there[name] < wanted[name]}:
            # Records go by their keys then, and readers of one partition see those of several.
            _log.warning("topic has fewer partitions than its input", topics=narrow)

    async def _warn(self, topics: Topics, written: Collection[str]) -> None:
        if unknown := sorted(set(written) - set(self.limits)):
            fix = acl(self._client.sasl_username or "NAME", "DescribeConfigs", f"--topic {unknown[0]}")
            _log.warning("topic limits unknown", topics=unknown, config="max.message.bytes", fix=fix)
        if late := await topics.replacing_timestamps(written):
            _log.warning("topic replaces timestamps", topics=late, config="message.timestamp.type=LogAppendTime")

    async def _complete(
        self, topics: Topics, wanted: Mapping[str, int], max_bytes: int | None, retention: int | None
    ) -> None:
        if self._create:
            await topics.create_missing(wanted, max_bytes, retention)
            return
        there = await topics.find(wanted, "Write")
        if missing := [name for name in sorted(wanted) if name not in there]:
            raise SettingsError(f"{listed(missing)} not exist; create it, or leave --no-create-topics out")

    def _wanted(self, sources: Mapping[str, int]) -> dict[str, int]:
        """As many partitions as the widest input that goes there, so that records keep theirs."""
        wanted: dict[str, int] = {}
        for source, partitions in sources.items():
            for topic in self._routes.written([source]):
                wanted[topic] = max(partitions, wanted.get(topic, 0))
        return wanted


def longest(retentions: Iterable[int | None]) -> int | None:
    """The longest of these times in milliseconds, of which FOREVER is longer than any; None when none is known."""
    known = [one for one in retentions if one is not None]
    return FOREVER if FOREVER in known else max(known, default=None)


def matching(pattern: str, names: Collection[str]) -> list[str]:
    """Those that the regular expression matches from their start, as consumers of a pattern do it."""
    return [name for name in names if re.match(pattern, name)]
