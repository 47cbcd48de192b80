"""The topics that a command reads and writes: are they there, what do they accept; makes those that are missing."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    InvalidReplicationFactorError,
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    NodeNotReadyError,
    NoError,
    PolicyViolationError,
    RequestTimedOutError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)
from aiokafka.protocol.metadata import MetadataRequest

from emotag_service.kafka.cluster.aiokafka_private import ask_any_broker
from emotag_service.kafka.cluster.failures import explain
from emotag_service.kafka.errors import AwayError, ClusterError, SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence

    from emotag_service.kafka.cluster.client import ClientSettings

_log = structlog.get_logger(__name__)

FIND_SECONDS = 2.0
SETTLE_SECONDS = 30.0
_PAUSE = 0.1
_DEFAULT_REPLICAS = -1
_SIZE, _TIME, _RETENTION = "max.message.bytes", "message.timestamp.type", "retention.ms"
_POLICY, _BY_AGE = "cleanup.policy", "delete"
FOREVER = -1  # what a topic says that keeps its records without end


@asynccontextmanager
async def open_topics(settings: ClientSettings) -> AsyncIterator[Topics]:
    """Connect; see `Topics`.

    Raises:
        TaggerError: The cluster cannot be reached, or refuses.
    """
    admin = AIOKafkaAdminClient(**settings.kwargs())
    try:
        await _patiently(admin.start)  # it was there a moment ago
        yield Topics(admin, settings.sasl_username)
    except KafkaError as error:
        explained = explain(error, "asking for topics", user=settings.sasl_username)
        raise explained or AwayError(f"asking for topics: {type(error).__name__}; is the cluster up?") from error
    finally:
        await admin.close()


class Topics:
    """The topics of a cluster, as far as we may see them."""

    def __init__(self, admin: Any, user: str | None = None) -> None:
        self._admin = admin
        self._user = user

    async def names(self) -> list[str]:
        """All that we may see, without Kafka's own."""
        return sorted(topic["topic"] for topic in await self._metadata(None) if not topic["is_internal"])

    async def describe(self, topics: Collection[str], operation: str | None = None) -> dict[str, int]:
        """How many partitions each of them has; those that do not exist are left out.

        Args:
            topics: Their names.
            operation: The ACL operation that they are wanted for, "Read" or "Write".

        Raises:
            ForbiddenError: We may not see one of them.
        """
        counts: dict[str, int] = {}
        for topic in await self._metadata(sorted(topics)) if topics else ():
            kind, name = for_code(topic["error_code"]), topic["topic"]
            if kind is TopicAuthorizationFailedError:
                raise self._refusal(kind(name), "describing topics", operation) from None
            if kind is InvalidTopicError:
                raise SettingsError(f"{name!r} cannot be the name of a topic; choose letters, digits, '.', '_' and '-'")
            if topic["partitions"]:
                counts[name] = len(topic["partitions"])
        return counts

    async def find(
        self, topics: Collection[str], operation: str | None = None, seconds: float = FIND_SECONDS
    ) -> dict[str, int]:
        """As `describe`, and ask again for those that are missing: a broker learns of new topics a moment later."""
        until = time.monotonic() + seconds
        while True:
            found = await self.describe(topics, operation)
            if len(found) == len(set(topics)) or time.monotonic() >= until:
                return found
            await asyncio.sleep(_PAUSE)

    async def create_missing(
        self, wanted: Mapping[str, int], max_bytes: int | None = None, retention: int | None = None
    ) -> list[str]:
        """Create those that do not exist, replicated as the cluster does by default, and wait until they can be used.

        Args:
            wanted: How many partitions each is to have.
            max_bytes: The largest write that they are to accept; the cluster's default when None.
            retention: Milliseconds that they are to keep records, FOREVER, or None: the cluster's default.

        Returns:
            Those that were missing.

        Raises:
            ForbiddenError: We may not.
            ClusterError: The cluster will not.
        """
        there = await self.describe(wanted, "Write")
        missing = {name: wanted[name] for name in wanted if name not in there}
        if missing:
            configs = {_SIZE: max_bytes, _RETENTION: retention}
            await self._create(missing, {name: str(value) for name, value in configs.items() if value is not None})
            await self._settle(missing)
        return sorted(missing)

    async def max_message_bytes(self, topics: Collection[str]) -> dict[str, int]:
        """The largest write that each of them accepts; those that do not tell, or do not exist, are left out."""
        configs = await self._configs(topics)
        return {name: int(values[_SIZE]) for name, values in configs.items() if values.get(_SIZE)}

    async def retention(self, topics: Collection[str]) -> dict[str, int]:
        """For how many milliseconds each of them keeps its records, or FOREVER; those that do not tell are left out."""
        configs = await self._configs(topics)
        return {name: _kept(values) for name, values in configs.items() if values.get(_RETENTION)}

    async def replacing_timestamps(self, topics: Collection[str]) -> list[str]:
        """Those that put their own time in place of a record's."""
        configs = await self._configs(topics)
        return sorted(name for name, values in configs.items() if values.get(_TIME) == "LogAppendTime")

    async def _metadata(self, topics: list[str] | None) -> list[dict[str, Any]]:
        request = MetadataRequest(topics, allow_auto_topic_creation=False)
        answer = await _patiently(lambda: ask_any_broker(self._admin, request))
        found: list[dict[str, Any]] = answer.to_object()["topics"]
        return found

    async def _create(self, missing: Mapping[str, int], configs: dict[str, str]) -> None:
        new = [NewTopic(name, count, _DEFAULT_REPLICAS, {}, configs) for name, count in missing.items()]
        answer = await _patiently(lambda: self._admin.create_topics(new))
        for topic, code, *rest in answer.topic_errors:
            kind = for_code(code)
            if kind in (NoError, TopicAlreadyExistsError):  # the latter: another tagger was faster
                continue
            if kind is TopicAuthorizationFailedError:
                raise self._refusal(kind(topic), f"creating topic {topic}", "Create")
            explained = explain(kind(), f"creating topic {topic}", user=self._user)
            raise explained or _refused(kind, topic, rest)
        _log.info("topics created", topics=dict(missing))

    async def _settle(self, missing: Mapping[str, int]) -> None:
        if len(await self.find(missing, seconds=SETTLE_SECONDS)) < len(missing):
            raise AwayError(f"topics {', '.join(missing)} were created, but no broker leads their partitions")

    async def _configs(self, topics: Collection[str]) -> dict[str, dict[str, str]]:
        asked = dict.fromkeys((_SIZE, _TIME, _RETENTION, _POLICY), "")
        resources = [ConfigResource(ConfigResourceType.TOPIC, name, asked) for name in sorted(topics)]
        if not resources:
            return {}
        found = {}
        for answer in await _patiently(lambda: self._admin.describe_configs(resources)):
            for code, _message, _kind, name, entries in answer.resources:
                if for_code(code) is NoError:
                    found[name] = {entry[0]: entry[1] for entry in entries}
        return found

    def _refusal(self, error: KafkaError, what: str, operation: str | None) -> Exception:
        return explain(error, what, user=self._user, operation=operation) or error


def missing_inputs(names: Sequence[str], bootstrap: Sequence[str]) -> SettingsError:
    """What is said of topics that are to be read and are not there, with the command that makes the first of them."""
    return SettingsError(
        f"--input: {listed(names)} not exist on this cluster; create it with: kafka-topics.sh --bootstrap-server "
        f"{','.join(bootstrap)} --create --topic {names[0]} (for `emotag broker`: start it with --topic {names[0]}), "
        "or correct its name"
    )


def listed(names: Sequence[str]) -> str:
    """Topics as the beginning of what they do not do."""
    return f"topic {names[0]} does" if len(names) == 1 else f"topics {', '.join(names)} do"


def _kept(values: Mapping[str, str]) -> int:
    # A topic that is only compacted tells a time as well, of which the cluster takes no notice.
    policy = values.get(_POLICY)
    return int(values[_RETENTION]) if policy is None or _BY_AGE in policy else FOREVER


async def _patiently(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Ask again while it is a node that is away which was asked: any node is asked, and the next one may be there."""
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            return await ask()
        except (KafkaConnectionError, NodeNotReadyError, RequestTimedOutError):
            if time.monotonic() >= until:
                raise
        await asyncio.sleep(_PAUSE)


def _refused(kind: type[KafkaError], topic: str, words: list[Any]) -> Exception:
    said = next((word for word in words if isinstance(word, str) and word), kind.__name__)
    if kind is InvalidTopicError:
        return SettingsError(f"{topic!r} cannot be the name of a topic; choose letters, digits, '.', '_' and '-'")
    if kind in (InvalidReplicationFactorError, PolicyViolationError):
        return ClusterError(f"creating topic {topic}: {said}; create it yourself, then start again")
    return ClusterError(f"creating topic {topic}: {said}")
