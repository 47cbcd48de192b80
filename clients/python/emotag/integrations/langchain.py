"""LangChain: a middleware of agents, also where they are nodes of a graph. Needs the package `langchain`, 1.x.

from emotag.integrations import EmotionObserver
from emotag.integrations.langchain import EmotionMiddleware

agent = create_agent(model, tools, middleware=[EmotionMiddleware(EmotionObserver(print))])
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from emotag.integrations.content import text_of
from emotag.integrations.events import INPUT, OUTPUT, TOOL, SeenMessage

try:
    from langchain.agents.middleware import AgentMiddleware
    from langchain_core.messages import AIMessage, ToolMessage
    from langgraph.config import get_config
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"this adapter needs {error.name}: pip install 'emotag[langchain]' brings it", name=error.name
    ) from error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from emotag.integrations.observer import EmotionObserver


class EmotionMiddleware(AgentMiddleware):
    """Shows an observer what an agent's model is told and what it says.

    It wraps calls of the model, and is no node of its own: recursion limits, checkpoints and streams are as without it.
    """

    def __init__(self, observer: EmotionObserver) -> None:
        super().__init__()
        self._observer = observer

    def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Show what is new to the model, call it, and show what it says."""
        self._observer.observe(_told(request))
        response = handler(request)
        self._observer.observe(_said(request, response))
        return response

    async def awrap_model_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """As `wrap_model_call`."""
        await self._observer.observe_async(_told(request))
        response = await handler(request)
        await self._observer.observe_async(_said(request, response))
        return response


def _told(request: Any) -> Iterator[SeenMessage]:
    """Yield what came after the last that a model said: what came before was seen when it was new."""
    newest = takewhile(lambda message: not isinstance(message, AIMessage), reversed(request.messages))
    yield from _seen(request, reversed(list(newest)))


def _said(request: Any, response: Any) -> Iterator[SeenMessage]:
    yield from _seen(request, [response] if isinstance(response, AIMessage) else response.result)


def _seen(request: Any, messages: Iterable[Any]) -> Iterator[SeenMessage]:
    agent = get_config().get("metadata", {}).get("lc_agent_name") or ""
    execution = request.runtime.execution_info
    conversation = "" if execution is None else execution.thread_id or execution.run_id or ""
    for message in messages:
        kind = OUTPUT if isinstance(message, AIMessage) else TOOL if isinstance(message, ToolMessage) else INPUT
        sender = message.name or (agent if kind == OUTPUT else message.type)
        yield SeenMessage(
            "langchain", kind, text_of(message.content), agent, sender, str(conversation), message.id or ""
        )
