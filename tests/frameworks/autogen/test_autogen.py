"""Agents on AutoGen's runtime, and the handler that shows what they send each other to an observer."""

from __future__ import annotations

from dataclasses import dataclass

from autogen_core import (
    AgentId,
    DefaultTopicId,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TypeSubscription,
    message_handler,
)
from autogen_core.models import UserMessage

from emotag.integrations import HANDOFF, INPUT, OUTPUT
from emotag.integrations.autogen import EmotionHandler
from tests.frameworks.observers import example

ANGRY, SORRY = "This is unacceptable, I waited three hours.", "I am so sorry, I will look at once."
GLAD, THANKS = "Wonderful, you have the seat at the window!", "Thank you so much, you saved my trip!"
EXPECTED = [
    (INPUT, "desk", "user", ANGRY),
    (HANDOFF, "seats", "desk", SORRY),
    (OUTPUT, "seats", "seats", GLAD),
    (OUTPUT, "desk", "desk", THANKS),
    (OUTPUT, "desk", "desk", GLAD),
]


@dataclass
class Said:
    content: str


@dataclass
class Counted:
    number: int


class Desk(RoutedAgent):
    """Asks another, tells everybody, and answers."""

    @message_handler
    async def told(self, message: UserMessage, ctx) -> Said:
        answer = await self.send_message(Said(SORRY), AgentId("seats", ctx.topic_id.source if ctx.topic_id else "trip"))
        await self.send_message(Counted(3), AgentId("seats", "trip"))
        await self.publish_message(Said(THANKS), DefaultTopicId("news", "trip"))
        return answer


class Seats(RoutedAgent):
    @message_handler
    async def asked(self, message: Said, ctx) -> Said:
        return Said(GLAD)

    @message_handler
    async def counted(self, message: Counted, ctx) -> None:
        pass


class Press(RoutedAgent):
    heard: list

    @message_handler
    async def told(self, message: Said, ctx) -> None:
        self.heard.append(message)


async def run(observer=None):
    handlers = [] if observer is None else [EmotionHandler(observer)]
    runtime, heard = SingleThreadedAgentRuntime(intervention_handlers=handlers), []

    def press():
        agent = Press("Listens.")
        agent.heard = heard
        return agent

    await Desk.register(runtime, "desk", lambda: Desk("Helps."))
    await Seats.register(runtime, "seats", lambda: Seats("Finds seats."))
    await Press.register(runtime, "press", press)
    await runtime.add_subscription(TypeSubscription("news", "press"))
    runtime.start()
    answer = await runtime.send_message(UserMessage(content=[ANGRY], source="ada"), AgentId("desk", "trip"))
    await runtime.stop_when_idle()
    await runtime.close()
    return answer, heard


async def test_every_message_is_tagged_once(watch):
    assert await run(watch.observer) == await run()
    assert sorted(watch.said()) == sorted(EXPECTED)
    assert {event.conversation_id for event in watch.events} == {"trip"}
    assert watch.observer.skipped == {"no text": 2}


async def test_the_messages_of_every_way_in(watch, messages):
    runtime = SingleThreadedAgentRuntime(intervention_handlers=[EmotionHandler(watch.observer)])
    await Seats.register(runtime, "seats", lambda: Seats("Finds seats."))
    runtime.start()
    for text in messages:
        await runtime.send_message(Said(text), AgentId("seats", "trip"))
    await runtime.stop_when_idle()
    await runtime.close()
    assert watch.heard(INPUT) == messages


async def test_a_message_is_the_same_object_afterwards(watch):
    handler, message = EmotionHandler(watch.observer), Said(GLAD)

    class Context:
        sender, topic_id, message_id = None, None, "m"

    assert await handler.on_publish(message, message_context=Context()) is message
    assert await handler.on_response(message, sender=AgentId("desk", "trip"), recipient=None) is message
    assert await handler.on_send(message, message_context=object(), recipient=AgentId("desk", "trip")) is message
    assert watch.observer.failures == {"adapter": 1}


async def test_what_is_wrong_with_tags_is_not_wrong_with_the_run(broken):
    assert await run(broken.observer) == await run()
    assert broken.failed() == 5


def test_the_example_prints_each_message_with_its_tag():
    desk, seats = (OUTPUT, "desk", "joy"), (OUTPUT, "seats", "sadness")
    assert example("autogen") == [(INPUT, "user", "anger"), (HANDOFF, "desk", "fear"), seats, desk]
