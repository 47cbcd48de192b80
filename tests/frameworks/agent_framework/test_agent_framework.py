"""Runs of Microsoft Agent Framework, with a scripted client, and the middleware that shows them to an observer."""

from __future__ import annotations

import copy

import pytest
from agent_framework import (
    Agent,
    BaseChatClient,
    ChatResponse,
    ChatResponseUpdate,
    Content,
    FunctionInvocationLayer,
    Message,
    ResponseStream,
    tool,
)

from emotag.integrations import INPUT, OUTPUT, TOOL
from emotag.integrations.agent_framework import EmotionMiddleware
from tests.frameworks.observers import example, settled

ANGRY, SORRY = "This is unacceptable, I waited three hours.", "I am so sorry, I will look at once."
GLAD, THANKS = "Wonderful, you have the seat at the window!", "Thank you so much, you saved my trip!"
BYE = "You are most welcome, have a great flight!"
EXPECTED = [
    (INPUT, "desk", "user", ANGRY),
    (OUTPUT, "desk", "desk", SORRY),
    (TOOL, "desk", "tool", "Seat 12A is free."),
    (OUTPUT, "desk", "desk", GLAD),
    (INPUT, "desk", "ada", THANKS),
    (OUTPUT, "desk", "desk", BYE),
]


class Scripted(FunctionInvocationLayer, BaseChatClient):
    """Answers what it is told to, a list of contents a call."""

    def __init__(self, answers):
        super().__init__()
        self.answers = list(answers)
        self.histories = []

    def _inner_get_response(self, *, messages, stream, options, **others):
        self.histories.append([each.to_dict() for each in messages])
        contents = self.answers.pop(0)
        if stream:

            async def pieces():
                for content in contents:
                    yield ChatResponseUpdate(role="assistant", contents=[content], message_id=f"m{len(self.answers)}")

            return ResponseStream(pieces(), finalizer=ChatResponse.from_updates)

        async def whole():
            return ChatResponse(messages=[Message("assistant", contents)])

        return whole()


class Failing(BaseChatClient):
    def _inner_get_response(self, *, messages, stream, options, **others):
        raise ConnectionError("the model is away")


@tool(approval_mode="never_require")
def seat() -> str:
    """Find a seat."""
    return "Seat 12A is free."


def client():
    call = Content.from_function_call("call-1", "seat", arguments="{}")
    return Scripted([[Content.from_text(SORRY), call], [Content.from_text(GLAD)], [Content.from_text(BYE)]])


def agent(observer=None, talking=None):
    middleware = [] if observer is None else [EmotionMiddleware(observer)]
    return Agent(talking or client(), name="desk", tools=[seat], middleware=middleware)


TURNS = (ANGRY, Message("user", [THANKS], author_name="ada"))


def shown(results, talking, turns):
    """What a run was given and comes to, and what the client was shown, whole."""
    assert talking.client.histories
    given = [turn if isinstance(turn, str) else turn.to_dict() for turn in turns]
    return settled([given, [result.to_dict() for result in results], talking.client.histories])


async def run(observer=None):
    talking, turns = agent(observer), copy.deepcopy(TURNS)
    session = talking.create_session(session_id="trip")
    return shown([await talking.run(turn, session=session) for turn in turns], talking, turns)


async def run_streamed(observer=None):
    talking, turns, results, updates = agent(observer), copy.deepcopy(TURNS), [], []
    session = talking.create_session(session_id="trip")
    for turn in turns:
        stream = talking.run(turn, session=session, stream=True)
        updates += [each.to_dict() async for each in stream]
        results.append(await stream.get_final_response())
    return settled(updates), shown(results, talking, turns)


async def test_every_message_is_tagged_once(watch):
    assert await run(watch.observer) == await run()
    assert watch.said() == EXPECTED
    assert {event.conversation_id for event in watch.events} == {"trip"}


async def test_the_messages_of_every_way_in(watch, messages):
    talking = Agent(Scripted([[Content.from_text(BYE)]]), middleware=[EmotionMiddleware(watch.observer)])
    await talking.run([Message("user", [text]) for text in messages])
    assert watch.heard(INPUT) == messages


async def test_while_it_streams(watch):
    assert await run_streamed(watch.observer) == await run_streamed()
    assert watch.said() == EXPECTED


async def test_without_a_session_there_is_no_conversation(watch):
    await agent(watch.observer).run(ANGRY)
    assert {event.conversation_id for event in watch.events} == {""}


async def test_what_is_wrong_with_tags_is_not_wrong_with_the_run(broken):
    assert await run(broken.observer) == await run()
    assert broken.failed() == 5


async def test_nor_with_a_stream(broken):
    assert await run_streamed(broken.observer) == await run_streamed()
    assert broken.failed() == 5


async def test_an_error_of_the_model_is_the_runs(watch):
    with pytest.raises(ConnectionError, match="the model is away"):
        await agent(watch.observer, Failing()).run(ANGRY)
    assert watch.said() == EXPECTED[:1]


def test_the_example_prints_each_message_with_its_tag():
    told, said = (INPUT, "user"), (OUTPUT, "desk")
    assert example("agent_framework") == [(*told, "anger"), (*said, "sadness"), (*told, "joy"), (*said, "joy")]
