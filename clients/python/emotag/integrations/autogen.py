"""AutoGen: an intervention handler of runtimes. Needs the package `autogen-core`.

from emotag.integrations import EmotionObserver
from emotag.integrations.autogen import EmotionHandler

runtime = SingleThreadedAgentRuntime(intervention_handlers=[EmotionHandler(EmotionObserver(print))])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotag.integrations.content import text_of
from emotag.integrations.events import HANDOFF, INPUT, OUTPUT, SeenMessage

try:
    from autogen_core import DefaultInterventionHandler
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"this adapter needs {error.name}; autogen-core asks for an older protobuf than emotag, though it runs with a "
        "newer one: pip install --no-deps autogen-core, and beside it jsonref, opentelemetry-api, pillow and pydantic",
        name=error.name,
    ) from error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag.integrations.observer import EmotionObserver


class EmotionHandler(DefaultInterventionHandler):
    """Shows an observer what agents of a runtime send, publish and answer. Each message goes on as it is.

    The text of a message is itself, where it is a string, or its `content` or `text`.
    """

    def __init__(self, observer: EmotionObserver) -> None:
        self._observer = observer

    async def on_send(self, message: Any, *, message_context: Any, recipient: Any) -> Any:
        """Show what is sent to one agent."""
        await self._observer.observe_async(_sent(message, message_context, recipient))
        return message

    async def on_publish(self, message: Any, *, message_context: Any) -> Any:
        """Show what is published to a topic, once however many agents listen to it."""
        await self._observer.observe_async(_published(message, message_context))
        return message

    async def on_response(self, message: Any, *, sender: Any, recipient: Any | None) -> Any:
        """Show what an agent answers."""
        await self._observer.observe_async(_answered(message, sender))
        return message


def _sent(message: Any, context: Any, recipient: Any) -> Iterator[SeenMessage]:
    kind, sender = (INPUT, "user") if context.sender is None else (HANDOFF, context.sender.type)
    yield SeenMessage("autogen", kind, _text(message), recipient.type, sender, recipient.key, context.message_id)


def _published(message: Any, context: Any) -> Iterator[SeenMessage]:
    conversation = "" if context.topic_id is None else context.topic_id.source
    kind, sender = (INPUT, "user") if context.sender is None else (OUTPUT, context.sender.type)
    agent = "" if context.sender is None else sender
    yield SeenMessage("autogen", kind, _text(message), agent, sender, conversation, context.message_id)


def _answered(message: Any, sender: Any) -> Iterator[SeenMessage]:
    yield SeenMessage("autogen", OUTPUT, _text(message), sender.type, sender.type, sender.key)


def _text(message: Any) -> str:
    if isinstance(message, str):
        return message
    return text_of(getattr(message, "content", None) or getattr(message, "text", None))
