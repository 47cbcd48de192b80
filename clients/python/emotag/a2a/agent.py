"""The agent: messages of A2A in, tags out, in one message or as a task."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from a2a.helpers import new_task
from a2a.server.agent_execution import AgentExecutor
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.tasks import TaskUpdater
from a2a.types import TaskState

from emotag.a2a.answer import activated, answer_parts, failure, reply
from emotag.a2a.question import read_question
from emotag.errors import EmotionError, OverloadedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from a2a.server.agent_execution import RequestContext
    from a2a.server.context import ServerCallContext
    from a2a.server.events import Event, EventQueue
    from a2a.types import SendMessageRequest

    from emotag.a2a.question import Question
    from emotag.info import Info
    from emotag.tagging import Tagging

DIRECT = 16  # texts that are answered in one message, where the caller waits for the whole answer
MOST_TASKS = 64  # at work at once: callers need not wait for theirs, so that connections do not bound them
ARTIFACT = "emotions"
_AT_ONCE = 32  # texts between two moments at which a task can be cancelled
_STREAMED = "emotag.streamed"


class EmotionAgent(AgentExecutor):
    """Answers questions. What fails for one text stands in its place; what fails for all ends a task."""

    def __init__(self, tagging: Tagging, info: Info) -> None:
        """Answer by `tagging`, which has what `info` says."""
        self._tagging = tagging
        self._info = info
        self._working = 0

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        """Answer in one message, or as a task where there is much to say or it is wanted bit by bit."""
        if context.message is None:
            raise TypeError("the SDK gave a request without a message")
        question = read_question(context.message, context.metadata, self._info)
        streamed = _STREAMED in context.call_context.state
        if len(question.texts) > (1 if streamed else DIRECT):
            await self._work(question, context, event_queue, step=1 if streamed else _AT_ONCE)
            return
        try:
            tags = await self._tagging(question.texts, taxonomy=question.taxonomy, scores=question.scores)
        except EmotionError as error:
            await self._refuse(error, context, event_queue)
        else:
            await event_queue.enqueue_event(reply(context, answer_parts(tags, question.taxonomy)))

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        """End a task; what it has found stays in its artifact."""
        await _updater(context, event_queue).cancel()

    async def _work(self, question: Question, context: RequestContext, queue: EventQueue, step: int) -> None:
        """Work on a task, whose artifact grows by `step` texts an update."""
        if self._working >= MOST_TASKS:
            busy = OverloadedError(f"{MOST_TASKS} tasks are at work; send it again", reason="QUEUE_FULL", retry_after=1)
            await self._refuse(busy, context, queue)
            return
        updater = await _submit(context, queue)
        self._working += 1
        try:
            await updater.start_work()
            await self._find(question, context, updater, step)
            await updater.complete()
        except EmotionError as error:
            await updater.failed(failure(context, error))
        finally:
            self._working -= 1

    async def _find(self, question: Question, context: RequestContext, updater: TaskUpdater, step: int) -> None:
        texts = question.texts
        for start in range(0, len(texts), _AT_ONCE):
            some = texts[start : start + _AT_ONCE]
            tags = await self._tagging(some, taxonomy=question.taxonomy, scores=question.scores)
            for at in range(0, len(tags), step):
                first, last = start + at == 0, start + at + step >= len(texts)
                parts = answer_parts(tags[at : at + step], question.taxonomy)
                await updater.add_artifact(
                    parts, ARTIFACT, ARTIFACT, append=not first, last_chunk=last, extensions=activated(context)
                )

    async def _refuse(self, error: EmotionError, context: RequestContext, queue: EventQueue) -> None:
        """Answer that nothing was done: a task that was rejected, where sending it again may help, or that failed."""
        updater = await _submit(context, queue)
        end = updater.reject if error.transient else updater.failed
        await end(failure(context, error))


class AgentRequests(DefaultRequestHandler):
    """Notes which requests want their answer bit by bit, which the SDK does not tell an agent."""

    async def on_message_send_stream(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event, None]:
        """Answer bit by bit."""
        context.state[_STREAMED] = True
        async with aclosing(super().on_message_send_stream(params, context)) as events:
            async for event in events:
                yield event


async def _submit(context: RequestContext, queue: EventQueue) -> TaskUpdater:
    if context.current_task is None:
        said = [context.message] if context.message is not None else []
        task = new_task(context.task_id or "", context.context_id or "", TaskState.TASK_STATE_SUBMITTED, history=said)
        await queue.enqueue_event(task)
    return _updater(context, queue)


def _updater(context: RequestContext, queue: EventQueue) -> TaskUpdater:
    return TaskUpdater(queue, context.task_id or "", context.context_id or "")
