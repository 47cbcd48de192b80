"""LangChain's agents, with a scripted model, and the middleware that shows what they say to an observer."""

from __future__ import annotations

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from emotag.integrations import INPUT, OUTPUT, TOOL
from emotag.integrations.langchain import EmotionMiddleware
from tests.frameworks.observers import example

THANKS, ANGRY = "Thank you so much, you saved my trip!", "This is unacceptable, I waited three hours."
CALL = AIMessage("", tool_calls=[{"name": "seat", "args": {}, "id": "call-1"}])
FOUND, GLAD = "I am so sorry, I will look at once.", "Wonderful, you have the seat at the window!"
EXPECTED = [
    (INPUT, "desk", "human", ANGRY),
    (OUTPUT, "desk", "desk", FOUND),
    (INPUT, "desk", "ada", THANKS),
    (TOOL, "desk", "seat", "Seat 12A is free."),
    (OUTPUT, "desk", "desk", GLAD),
]


class Scripted(GenericFakeChatModel):
    def bind_tools(self, tools, **options):
        return self


@tool
def seat() -> str:
    """Find a seat."""
    return "Seat 12A is free."


def agent(observer=None):
    blocks = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": GLAD}]
    model = Scripted(messages=iter([AIMessage(FOUND), CALL, AIMessage(blocks)]))
    middleware = [] if observer is None else [EmotionMiddleware(observer)]
    return create_agent(model, [seat], name="desk", middleware=middleware, checkpointer=InMemorySaver())


TURNS = ({"messages": [HumanMessage(ANGRY)]}, {"messages": [HumanMessage(THANKS, name="ada")]})
THREAD = {"configurable": {"thread_id": "trip"}}


def run(observer=None):
    talking = agent(observer)
    return shown([talking.invoke(turn, THREAD) for turn in TURNS])


async def run_async(observer=None):
    talking = agent(observer)
    return shown([await talking.ainvoke(turn, THREAD) for turn in TURNS])


def shown(results):
    """What a run comes to, without ids, which are random."""
    return [[(type(each), each.content, each.name) for each in result["messages"]] for result in results]


def test_every_message_is_tagged_once(watch):
    assert run(watch.observer) == run()
    assert watch.said() == EXPECTED
    assert {event.conversation_id for event in watch.events} == {"trip"}
    assert watch.observer.skipped == {"no text": 1}
    assert all(event.message_id for event in watch.events)


def test_the_messages_of_every_way_in(watch, messages):
    agent(watch.observer).invoke({"messages": list(map(HumanMessage, messages))}, THREAD)
    assert watch.heard(INPUT) == messages


async def test_on_an_event_loop(watch):
    assert await run_async(watch.observer) == await run_async()
    assert watch.said() == EXPECTED


def test_while_it_streams(watch):
    parts = list(agent(watch.observer).stream(TURNS[0], THREAD, stream_mode="updates"))
    assert [list(part) for part in parts] == [["model"]]
    assert watch.said() == EXPECTED[:2]


def test_what_is_wrong_with_tags_is_not_wrong_with_the_run(broken):
    assert run(broken.observer) == run()
    assert broken.failed() == 4  # of a tool's kind is the fifth


async def test_nor_on_an_event_loop(broken):
    assert await run_async(broken.observer) == await run_async()
    assert broken.failed() == 4


def test_an_error_of_the_model_is_the_agents(watch):
    class Failing(Scripted):
        def _generate(self, *args, **options):
            raise ConnectionError("the model is away")

    talking = create_agent(Failing(messages=iter([])), middleware=[EmotionMiddleware(watch.observer)])
    with pytest.raises(ConnectionError, match="the model is away"):
        talking.invoke({"messages": [HumanMessage(ANGRY)]})
    assert watch.said() == [(INPUT, "", "human", ANGRY)]


def test_a_thread_with_a_history_has_only_its_end_tagged(watch):
    history = [HumanMessage("Good morning."), AIMessage("", tool_calls=CALL.tool_calls)]
    history += [ToolMessage("ok", tool_call_id="call-1"), AIMessage("Hello!"), HumanMessage(ANGRY)]
    agent(watch.observer).invoke({"messages": history}, THREAD)
    assert watch.said() == EXPECTED[:2]


def test_the_example_prints_each_message_with_its_tag():
    told, said = (INPUT, "human"), (OUTPUT, "desk")
    assert example("langchain") == [(*told, "anger"), (*said, "sadness"), (*told, "joy"), (*said, "joy")]
