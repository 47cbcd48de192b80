"""Microsoft Agent Framework: a middleware of agents. Needs the package `agent-framework-core`.

from emotag.integrations import EmotionObserver
from emotag.integrations.agent_framework import EmotionMiddleware

agent = Agent(client, name="desk", middleware=[EmotionMiddleware(EmotionObserver(print))])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotag.integrations.content import text_of
from emotag.integrations.events import INPUT, OUTPUT, TOOL, SeenMessage

try:
    from agent_framework import AgentMiddleware
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"this adapter needs {error.name}: pip install 'emotag[agent-framework]' brings it", name=error.name
    ) from error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from emotag.integrations.observer import EmotionObserver


class EmotionMiddleware(AgentMiddleware):
    """Shows an observer what a run of an agent is given and what it comes to.

    It is a middleware of agents rather than of chat clients, which are shown the whole history at every call and do not
    know whose call it is. What an agent says between calls of tools is seen when the run ends.
    """

    def __init__(self, observer: EmotionObserver) -> None:
        self._observer = observer

    async def process(self, context: Any, call_next: Callable[[], Awaitable[None]]) -> None:
        """Show the messages of a run, run it, and show its answer; of a stream when it ends."""
        await self._observer.observe_async(_seen(context, lambda: context.messages))
        if context.stream:
            context.stream_result_hooks.append(lambda response: self._streamed(context, response))
        await call_next()
        if not context.stream:
            await self._observer.observe_async(_seen(context, lambda: context.result.messages))

    async def _streamed(self, context: Any, response: Any) -> None:
        """Show the answer of a stream, and return nothing, by which it stays what it is."""
        await self._observer.observe_async(_seen(context, lambda: response.messages))


def _seen(context: Any, messages: Callable[[], Iterable[Any]]) -> Iterator[SeenMessage]:
    """Yield messages, which are looked for only here: what that raises is the observer's to count."""
    agent = context.agent.name or ""
    conversation = "" if context.session is None else context.session.session_id
    for message in messages():
        role = str(message.role)
        kind = {"assistant": OUTPUT, "tool": TOOL}.get(role, INPUT)
        # What a tool gave back bears the name of the agent that called it.
        sender = role if kind == TOOL else message.author_name or (agent if kind == OUTPUT else role)
        text = _results(message) if kind == TOOL else text_of(message.contents)
        yield SeenMessage("agent-framework", kind, text, agent, sender, conversation, message.message_id or "")


def _results(message: Any) -> str:
    """Return what tools gave back that is text."""
    results = [part.result for part in message.contents if part.type == "function_result"]
    return "\n".join(result for result in results if isinstance(result, str))
