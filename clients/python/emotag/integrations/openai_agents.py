"""OpenAI Agents SDK: hooks of a run. Needs the package `openai-agents`.

from emotag.integrations import EmotionObserver
from emotag.integrations.openai_agents import EmotionHooks

result = await Runner.run(agent, "Hello!", hooks=EmotionHooks(EmotionObserver(print)))
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from emotag.integrations.content import text_of
from emotag.integrations.events import INPUT, OUTPUT, TOOL, SeenMessage

try:
    from agents import RunHooks, get_current_trace
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"this adapter needs {error.name}: pip install 'emotag[openai-agents]' brings it", name=error.name
    ) from error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag.integrations.observer import EmotionObserver


class EmotionHooks(RunHooks):
    """Shows an observer what the models of a run's agents are told and what they say.

    A handoff has no words of its own: what follows it is seen as what the next agent says.
    """

    def __init__(self, observer: EmotionObserver, conversation_id: str = "") -> None:
        """`conversation_id`: the run's; without it `RunConfig.group_id`, or else the id of its trace, is taken."""
        self._observer = observer
        self._conversation_id = conversation_id

    async def on_llm_start(self, context: Any, agent: Any, system_prompt: str | None, input_items: list[Any]) -> None:
        """Show what is new to the model."""
        await self._observer.observe_async(self._told(agent, input_items))

    async def on_llm_end(self, context: Any, agent: Any, response: Any) -> None:
        """Show what the model says."""
        await self._observer.observe_async(self._said(agent, response))

    def _told(self, agent: Any, items: list[Any]) -> Iterator[SeenMessage]:
        """Yield what came after the last that a model said: what came before was seen when it was new."""
        newest = list(takewhile(lambda item: not _by_model(item), reversed(items)))
        for item in reversed(newest):
            if str(item.get("type", "")).endswith("_output"):
                yield self._seen(TOOL, item.get("output"), agent, "tool")
            else:
                yield self._seen(INPUT, item.get("content"), agent, item.get("role") or "")

    def _said(self, agent: Any, response: Any) -> Iterator[SeenMessage]:
        for item in response.output:
            if item.type != "reasoning":
                yield self._seen(OUTPUT, getattr(item, "content", None), agent, agent.name)

    def _seen(self, kind: str, content: Any, agent: Any, sender: str) -> SeenMessage:
        return SeenMessage("openai-agents", kind, text_of(content), agent.name, sender, self._conversation())

    def _conversation(self) -> str:
        trace = get_current_trace()
        if self._conversation_id or trace is None:
            return self._conversation_id
        group: str | None = getattr(trace, "group_id", None)  # a run that is not traced has a trace without one
        return group or ("" if trace.trace_id == "no-op" else trace.trace_id)


def _by_model(item: Any) -> bool:
    """Say whether a model made an item of its input: a message, a call of a tool, or thought."""
    kind = str(item.get("type", ""))
    return item.get("role") == "assistant" or kind == "reasoning" or kind.endswith("_call")
