"""Google ADK: a plugin of runners. Needs the package `google-adk`.

from emotag.integrations import EmotionObserver
from emotag.integrations.google_adk import EmotionPlugin

runner = Runner(app=App(name="desk", root_agent=agent, plugins=[EmotionPlugin(EmotionObserver(print))]), ...)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotag.integrations.events import INPUT, OUTPUT, TOOL, SeenMessage

try:
    from google.adk.plugins.base_plugin import BasePlugin
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"this adapter needs {error.name}: pip install 'emotag[google-adk]' brings it", name=error.name
    ) from error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag.integrations.observer import EmotionObserver


class EmotionPlugin(BasePlugin):
    """Shows an observer what the user says to a runner, and every event of its agents.

    Its callbacks return None, by which ADK goes on with what it has; anything else would take the place of it.
    """

    def __init__(self, observer: EmotionObserver) -> None:
        super().__init__("emotag")
        self._observer = observer

    async def on_user_message_callback(self, *, invocation_context: Any, user_message: Any) -> None:
        """Show what the user says."""
        await self._observer.observe_async(_told(invocation_context, user_message))

    async def on_event_callback(self, *, invocation_context: Any, event: Any) -> None:
        """Show what an agent says, or a tool gave back."""
        await self._observer.observe_async(_said(invocation_context, event))


def _told(context: Any, message: Any) -> Iterator[SeenMessage]:
    yield SeenMessage("google-adk", INPUT, _text(message), _agent(context), context.user_id, context.session.id)


def _said(context: Any, event: Any) -> Iterator[SeenMessage]:
    if event.partial or event.author == "user":  # a part of what comes whole, and what was seen as the user's
        return
    answers = event.get_function_responses()
    for answer in answers:
        said = answer.response or {}
        text = said.get("result", said.get("output"))
        words = text if isinstance(text, str) else ""
        yield SeenMessage("google-adk", TOOL, words, event.author, answer.name or "", context.session.id)
    if not answers:
        words = _text(event.content)
        yield SeenMessage("google-adk", OUTPUT, words, event.author, event.author, context.session.id, event.id)


def _agent(context: Any) -> str:
    return context.agent.name if context.agent is not None else ""


def _text(content: Any) -> str:
    """Return what is said in a content, a line a part, without what is only thought."""
    parts = () if content is None else content.parts or ()
    return "\n".join(part.text for part in parts if part.text and not part.thought)
