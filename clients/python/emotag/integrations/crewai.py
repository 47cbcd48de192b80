"""CrewAI: a listener on the bus of its events. Needs the package `crewai`.

from emotag.integrations import EmotionObserver
from emotag.integrations.crewai import EmotionListener

listener = EmotionListener(EmotionObserver(print))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotag.integrations.content import text_of
from emotag.integrations.events import HANDOFF, INPUT, OUTPUT, SeenMessage

try:
    from crewai.events import BaseEventListener, crewai_event_bus
    from crewai.events.types.agent_events import (
        AgentExecutionCompletedEvent,
        AgentExecutionStartedEvent,
        LiteAgentExecutionCompletedEvent,
        LiteAgentExecutionStartedEvent,
    )
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"this adapter needs {error.name}: pip install 'emotag[crewai]' brings it", name=error.name
    ) from error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag.integrations.observer import EmotionObserver


class EmotionListener(BaseEventListener):
    """Shows an observer the tasks that agents are given and what they answer, of every crew in the process.

    CrewAI calls listeners in threads of its own and does not wait for them: a run is never delayed, whatever the
    observer was told, and messages of one run may overtake each other.
    """

    def __init__(self, observer: EmotionObserver) -> None:
        self._observer = observer
        super().__init__()

    def setup_listeners(self, crewai_event_bus: Any) -> None:
        """Listen; CrewAI calls this."""
        for event, handler in self._handlers().items():
            crewai_event_bus.register_handler(event, handler)

    def close(self) -> None:
        """Listen no more, once what was told so far is seen."""
        crewai_event_bus.flush()
        for event, handler in self._handlers().items():
            crewai_event_bus.off(event, handler)

    def _handlers(self) -> dict[type, Any]:
        return {
            AgentExecutionStartedEvent: self._started,
            AgentExecutionCompletedEvent: self._completed,
            LiteAgentExecutionStartedEvent: self._lite_started,
            LiteAgentExecutionCompletedEvent: self._lite_completed,
        }

    def _started(self, source: Any, event: Any) -> None:
        self._observer.observe(_told(event))

    def _completed(self, source: Any, event: Any) -> None:
        self._observer.observe(_said(event))

    def _lite_started(self, source: Any, event: Any) -> None:
        self._observer.observe(_lite_told(event))

    def _lite_completed(self, source: Any, event: Any) -> None:
        self._observer.observe(_lite_said(event))


def _told(event: Any) -> Iterator[SeenMessage]:
    """Yield the words of a task, without what CrewAI puts around them for the model."""
    agent, crew = event.agent, event.agent.crew
    delegated = crew is not None and all(task.id != event.task.id for task in crew.tasks)
    kind, sender = (HANDOFF, "coworker") if delegated else (INPUT, "task")
    yield SeenMessage("crewai", kind, event.task.description, agent.role, sender, _conversation(event))


def _said(event: Any) -> Iterator[SeenMessage]:
    yield SeenMessage("crewai", OUTPUT, event.output, event.agent.role, event.agent.role, _conversation(event))


def _conversation(event: Any) -> str:
    return str(event.task.id if event.agent.crew is None else event.agent.crew.id)


def _lite_told(event: Any) -> Iterator[SeenMessage]:
    """Yield what an agent without a crew is told: the last message, since those before are its history."""
    agent = event.agent_info
    last = event.messages if isinstance(event.messages, str) else event.messages[-1]["content"]
    yield SeenMessage("crewai", INPUT, text_of(last), agent["role"], "user", str(agent["id"]))


def _lite_said(event: Any) -> Iterator[SeenMessage]:
    agent = event.agent_info
    yield SeenMessage("crewai", OUTPUT, event.output, agent["role"], agent["role"], str(agent["id"]))
