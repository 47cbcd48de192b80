"""The engine in this process, and one partition's way to it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
from emotag_service.engine.engine import Engine
from emotag_service.engine.errors import EngineError, InvalidOptionsError, NoReplicaError
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.engine.options import Options
from emotag_service.kafka.errors import EngineUnavailableError, SettingsError
from emotag_service.kafka.tagging.tag_engine import PASSING_CODES, Submission, usable_name
from emotag_service.messages.tag import MessageTag, ModelName
from emotag_service.messages.untaggable import Fault
from emotag_service.process.backoff import Backoff
from emotag_service.process.lifetime import in_left_thread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from emotag_service.engine.caller import Caller, Job
    from emotag_service.engine.tag import Tag
    from emotag_service.kafka.records.codec import Reading

    _Answers = list[MessageTag | Fault]

_DEFAULT_LIMITS = EngineLimits()


class LocalEngine:
    """Implements `emotag_service.kafka.tagging.tag_engine.TagEngine` over `emotag_service.engine`.

    Attributes:
        engine: That; None until it is started.
    """

    def __init__(
        self, make: Callable[[], Engine], *, taxonomy: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        """Make one.

        Args:
            make: Makes the engine, in a thread; see `from_checkpoint`.
            taxonomy: Of the tags; empty for the checkpoint's default.
            clock: Seconds since the epoch.
        """
        self._make = make
        self._taxonomy = taxonomy
        self._clock = clock
        self.engine: Engine | None = None
        self._sessions: set[LocalSession] = set()

    @classmethod
    def from_checkpoint(
        cls,
        path: Path | None = None,
        *,
        devices: str = "auto",
        taxonomy: str = "",
        limits: EngineLimits = _DEFAULT_LIMITS,
    ) -> LocalEngine:
        """Make one that answers with a checkpoint, by default the one that ships; it is loaded by `start`."""

        def make() -> Engine:
            checkpoint = Checkpoint.load(path or default_checkpoint())
            return Engine.from_checkpoint(checkpoint, devices=devices, limits=limits)

        return cls(make, taxonomy=taxonomy)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the taxonomy, in the order of scores. Raises RuntimeError before `start`."""
        engine = self._started()
        name = self._options(engine).taxonomy
        return tuple(engine.model.taxonomy(name).labels)

    async def start(self) -> None:
        """Load the checkpoint and warm up.

        Raises:
            SettingsError: The checkpoint does not have the taxonomy, or the limits contradict it.
            EngineUnavailableError: It cannot be loaded, or does not run on the devices.
        """
        try:
            engine = await in_left_thread(self._make)
            self._options(engine)
            await engine.start()
        except InvalidOptionsError as error:
            raise SettingsError(f"--{error}") from error
        except ValueError as error:
            raise SettingsError(str(error)) from error
        except (CheckpointError, EngineError) as error:
            raise EngineUnavailableError(str(error)) from error
        self.engine = engine

    def session(self, name: str) -> LocalSession:
        """Open a session. Raises RuntimeError before `start`."""
        engine = self._started()
        model = engine.model.identity
        session = LocalSession(
            engine,
            engine.caller(name),
            self._options(engine),
            self.labels,
            ModelName(model.name, model.version, model.digest),
            self._clock,
            self._sessions.discard,
        )
        self._sessions.add(session)
        return session

    async def close(self) -> None:
        """End it, and the sessions that are still open. Idempotent."""
        for session in list(self._sessions):
            await session.close()
        if self.engine is not None:
            await self.engine.close()

    def _options(self, engine: Engine) -> Options:
        return engine.check_options(Options(taxonomy=self._taxonomy, all_scores=True, bulk=True))

    def _started(self) -> Engine:
        if self.engine is None:
            raise RuntimeError("the engine is not started; await start() first")
        return self.engine


class LocalSession:
    """Implements `emotag_service.kafka.tagging.tag_engine.Session`; made by `LocalEngine.session`."""

    def __init__(
        self,
        engine: Engine,
        caller: Caller,
        options: Options,
        labels: tuple[str, ...],
        model: ModelName,
        clock: Callable[[], float],
        closed: Callable[[LocalSession], None],
    ) -> None:
        self.engine = engine
        self._caller = caller
        self._options = options
        self._labels = labels
        self._model = model
        self._clock = clock
        self._closed = closed
        # More than the queue holds would never fit.
        self._most_bytes = min(engine.limits.max_text_bytes, engine.limits.queue_bytes)
        self._tasks: set[asyncio.Task[_Answers]] = set()
        # A caller has one claim to room: a second wait would take it from the first.
        self._turn = asyncio.Lock()

    async def submit(self, readings: Sequence[Reading]) -> Awaitable[Sequence[MessageTag | Fault]]:
        """Hand over texts; see the protocol. What it returned is cancelled when the session is closed.

        What it returned raises EngineUnavailableError when no replica is left: that does not pass in this process.
        """
        batch = Submission(readings, self._most_bytes)
        job = await self._hand_over(batch) if batch.unanswered else None
        task = asyncio.create_task(self._settle(batch, job), name=f"tags of {self._caller.name}")
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        if self._caller.closed:
            task.cancel()
        return task

    async def close(self) -> None:
        """Cancel what has no answer yet. Idempotent."""
        self._caller.close()
        self._closed(self)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, task: asyncio.Task[_Answers]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # one that is raised is enough to end the tagger: the others need no reader

    async def _hand_over(self, batch: Submission) -> Job:
        messages = [_message(batch.readings[position]) for position in batch.unanswered]
        async with self._turn:
            await self.engine.room(self._caller, len(messages), batch.size)
            return self.engine.submit(messages, self._options, caller=self._caller)

    async def _settle(self, batch: Submission, job: Job | None) -> _Answers:
        backoff = Backoff()
        while job is not None:
            asked = len(batch.unanswered)
            self._sort(batch, await job.wait())
            if not batch.unanswered:
                break
            if len(batch.unanswered) == asked:  # otherwise the engine merely has less room than the batch takes
                await asyncio.sleep(backoff.next())
            job = await self._hand_over(batch)
        return batch.answers()

    def _sort(self, batch: Submission, tags: Sequence[Tag]) -> None:
        """Take the answers; what may have a tag when it is asked again stays unanswered."""
        now = self._clock()
        again = []
        for position, tag in zip(batch.unanswered, tags, strict=True):
            if tag.error is None:
                batch.answer(position, self._message_tag(tag, now))
            elif isinstance(tag.error, NoReplicaError):
                raise EngineUnavailableError(f"the engine has given up ({tag.error}): start the tagger anew")
            elif tag.error.code in PASSING_CODES:
                again.append(position)
            else:
                batch.answer(position, Fault(tag.error.reason, str(tag.error)))
        batch.unanswered = again

    def _message_tag(self, tag: Tag, now: float) -> MessageTag:
        return MessageTag(
            tag.label,
            tag.score,
            tag.labels,
            self._labels,
            () if tag.scores is None else tuple(tag.scores.tolist()),
            self._options.taxonomy,
            self._model,
            now,
            tag.uncertain,
            tag.truncated,
        )


def _message(reading: Reading) -> Message:
    return Message(
        reading.text, conversation_id=usable_name(reading.conversation_id), sender=usable_name(reading.sender)
    )
