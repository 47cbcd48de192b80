"""LangChain's agents, with a scripted model, and the middleware that shows what they say to an observer."""

from __future__ import annotations

import copy

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import MessagesState, StateGraph
from pydantic import Field

from emotag.integrations import INPUT, OUTPUT, TOOL
from emotag.integrations.langchain import EmotionMiddleware
from tests.e2e.pages import blocks
from tests.frameworks.observers import example, settled

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
    heard: list = Field(default_factory=list)  # the messages of each call

    def bind_tools(self, tools, **options):
        return self

    def _generate(self, messages, *args, **options):
        self.heard.append(dumped(messages))
        return super()._generate(messages, *args, **options)


@tool
def seat() -> str:
    """Find a seat."""
    return "Seat 12A is free."


def model():
    blocks = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": GLAD}]
    return Scripted(messages=iter(copy.deepcopy([AIMessage(FOUND), CALL, AIMessage(blocks)])))


def agent(observer=None, talking=None):
    middleware = [] if observer is None else [EmotionMiddleware(observer)]
    return create_agent(talking or model(), [seat], name="desk", middleware=middleware, checkpointer=InMemorySaver())


TURNS = ({"messages": [HumanMessage(ANGRY)]}, {"messages": [HumanMessage(THANKS, name="ada")]})
THREAD = {"configurable": {"thread_id": "trip"}}


def run(observer=None):
    scripted, turns = model(), copy.deepcopy(TURNS)
    talking = agent(observer, scripted)
    return shown([talking.invoke(turn, THREAD) for turn in turns], scripted)


async def run_async(observer=None):
    scripted, turns = model(), copy.deepcopy(TURNS)
    talking = agent(observer, scripted)
    return shown([await talking.ainvoke(turn, THREAD) for turn in turns], scripted)


def dumped(messages):
    return [each.model_dump() for each in messages]


def shown(results, scripted):
    """What a run comes to and what the model was shown, whole."""
    assert scripted.heard
    return settled([[dumped(result["messages"]) for result in results], scripted.heard])


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


def test_an_agent_that_is_a_node_of_a_graph_is_tagged_there(watch):
    graph = StateGraph(MessagesState).add_node("desk", agent(watch.observer)).set_entry_point("desk").compile()
    graph.invoke(TURNS[0], THREAD)
    assert watch.said() == EXPECTED[:2]


def test_what_the_page_shows_tags_in_a_node_of_ones_own(capsys):
    (shown,) = [block for page, block in blocks("python") if page == "docs/frameworks.md" and "langgraph" in block]
    exec(shown, {"__name__": "page"})  # noqa: S102 - our own page
    assert capsys.readouterr().out == "joy\n"


def test_the_example_prints_each_message_with_its_tag():
    told, said = (INPUT, "human"), (OUTPUT, "desk")
    assert example("langchain") == [(*told, "anger"), (*said, "sadness"), (*told, "joy"), (*said, "joy")]
