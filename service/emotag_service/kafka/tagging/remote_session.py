"""One partition's way to a service: one stream at a time, which is opened anew as often as it takes."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog

from emotag.errors import (
    EmotionError,
    InvalidArgumentError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnsupportedError,
)
from emotag.message import Message
from emotag_service.kafka.errors import EngineUnavailableError
from emotag_service.kafka.tagging.tag_engine import PASSING_CODES, Submission, usable_name
from emotag_service.messages.tag import MessageTag, ModelName
from emotag_service.messages.untaggable import Fault
from emotag_service.process.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from emotag.aio_client import AsyncEmotionClient
    from emotag.info import Model
    from emotag.tag import Tag
    from emotag_service.kafka.records.codec import Reading

_log = structlog.get_logger(__name__)

# Twice what the SDK keeps on its way, so that the next batch is there when the last one is through.
_MOST_WAITING = 2048

# Of a stream as a whole: they do not pass without somebody who changes something.
_FINAL = (InvalidArgumentError, UnauthenticatedError, PermissionDeniedError, UnsupportedError)


@dataclass(slots=True)
class _Item:
    message: str | Message
    batch: Submission
    position: int
    answers: asyncio.Future[Sequence[MessageTag | Fault]]


class Link:
    """Knows which sessions are without their service."""

    def __init__(self, address: str) -> None:
        """Make one; `address` is what events name."""
        self._address = address
        self._lost: set[object] = set()

    def lost(self, session: object, error: EmotionError) -> None:
        """A session's stream broke. Only the first session's is news."""
        if not self._lost:
            _log.warning("engine unreachable", engine=self._address, code=error.code, reason=str(error))
        self._lost.add(session)

    def found(self, session: object) -> None:
        """A session has an answer. News when it was the last that had none."""
        if session in self._lost:
            self._lost.discard(session)
            if not self._lost:
                _log.info("engine reachable", engine=self._address)

    def closed(self, session: object) -> None:
        """A session needs none any more."""
        self._lost.discard(session)


class RemoteSession:
    """Implements `emotag_service.kafka.tagging.tag_engine.Session`; made by `RemoteEngine.session`.

    The ids of the records are not sent: they may repeat, which a stream does not allow. Tags come in the order of what
    was sent, and are matched by it.
    """

    def __init__(
        self,
        name: str,
        client: AsyncEmotionClient,
        taxonomy: str,
        most_bytes: int,
        link: Link,
        clock: Callable[[], float],
        closed: Callable[[RemoteSession], None],
    ) -> None:
        self._name = name
        self._client = client
        self._taxonomy = taxonomy
        self._most_bytes = most_bytes
        self._link = link
        self._clock = clock
        self._on_close = closed
        self._unsent: deque[_Item] = deque()
        self._sent: deque[_Item] = deque()
        self._backoff = Backoff()
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._failure: Exception | None = None

    async def submit(self, readings: Sequence[Reading]) -> Awaitable[Sequence[MessageTag | Fault]]:
        """Hand over texts; see the protocol. What it returned is cancelled when the session is closed.

        What it returned raises EngineUnavailableError when the service refuses streams for good, such as one that has
        come back without the taxonomy.
        """
        batch = Submission(readings, self._most_bytes)
        while len(self._unsent) + len(self._sent) >= _MOST_WAITING and not self._over:
            self._room.clear()
            await self._room.wait()
        answers: asyncio.Future[Sequence[MessageTag | Fault]] = asyncio.get_running_loop().create_future()
        if self._closed:
            answers.cancel()
        elif self._failure is not None:
            answers.set_exception(self._failure)
        else:
            self._enqueue(batch, answers)
        return answers

    async def close(self) -> None:
        """Cancel what has no answer yet. Idempotent."""
        self._closed = True
        self._room.set()
        self._on_close(self)
        self._link.closed(self)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for item in self._drop():
            item.answers.cancel()

    def __aiter__(self) -> RemoteSession:
        return self

    async def __anext__(self) -> str | Message:
        """The next message for the stream, which reads them here."""
        while not self._unsent:
            self._work.clear()
            await self._work.wait()
        item = self._unsent.popleft()
        self._sent.append(item)
        return item.message

    @property
    def _over(self) -> bool:
        return self._closed or self._failure is not None

    def _enqueue(self, batch: Submission, answers: asyncio.Future[Sequence[MessageTag | Fault]]) -> None:
        if not batch.unanswered:
            answers.set_result(batch.answers())
            return
        for position in batch.unanswered:
            self._unsent.append(_Item(_message(batch.readings[position]), batch, position, answers))
        self._work.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"tags of {self._name}")

    async def _run(self) -> None:
        while True:
            try:
                await self._converse()
            except _FINAL as error:
                problem = (
                    f"the service refuses to tag ({error.code}: {error}); put that right and start the tagger anew"
                )
                return self._fail(EngineUnavailableError(problem))
            except EmotionError as error:
                await self._wait_after(error)
            except Exception as error:  # noqa: BLE001 - whoever waits for answers has to know
                return self._fail(error)

    async def _converse(self) -> None:
        """Open a stream, send what has no answer, and take answers until it breaks."""
        self._unsent.extendleft(reversed(self._sent))
        self._sent.clear()
        stream = self._client.stream(self, taxonomy=self._taxonomy, scores=True, bulk=True)
        async with aclosing(stream) as tags:
            async for tag in tags:
                # What may pass interrupts: everything from here on is sent again, in order, on another stream.
                if tag.error is not None and tag.error.code in PASSING_CODES:
                    raise tag.error
                self._take(tag)

    async def _wait_after(self, error: EmotionError) -> None:
        cause = error.__cause__ if isinstance(error.__cause__, EmotionError) else error
        self._link.lost(self, cause)
        await asyncio.sleep(max(self._backoff.next(), cause.retry_after or 0.0))

    def _take(self, tag: Tag) -> None:
        item = self._sent.popleft()
        item.batch.answer(item.position, self._answer(tag))
        if item.position == item.batch.unanswered[-1] and not item.answers.done():
            item.answers.set_result(item.batch.answers())
        self._link.found(self)
        self._backoff.reset()
        self._room.set()

    def _answer(self, tag: Tag) -> MessageTag | Fault:
        if tag.error is not None:
            return Fault(tag.error.reason or tag.error.code, str(tag.error))
        scores = tag.scores or {}
        return MessageTag(
            tag.label,
            tag.score,
            tag.labels,
            tuple(scores),
            tuple(scores.values()),
            self._taxonomy,
            _model_name(tag.model),
            round(self._clock(), 3),  # what is written of it: tags of one millisecond share its spelling
            tag.uncertain,
            tag.truncated,
        )

    def _fail(self, failure: Exception) -> None:
        self._failure = failure
        for item in self._drop():
            if not item.answers.done():
                item.answers.set_exception(failure)
                item.answers.exception()  # one of them is enough to end the tagger: the others need no reader
        self._room.set()

    def _drop(self) -> list[_Item]:
        items = [*self._sent, *self._unsent]
        self._sent.clear()
        self._unsent.clear()
        return items


def _message(reading: Reading) -> str | Message:
    conversation, sender = usable_name(reading.conversation_id), usable_name(reading.sender)
    if conversation or sender:
        return Message(reading.text, conversation_id=conversation, sender=sender)
    return reading.text


@lru_cache(maxsize=16)
def _model_name(model: Model) -> ModelName:
    return ModelName(model.name, model.version, model.digest)
