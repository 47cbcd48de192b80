"""Runs of the OpenAI Agents SDK, with a scripted model, and the hooks that show what is said to an observer."""

from __future__ import annotations

import pytest
from agents import (
    Agent,
    Model,
    ModelResponse,
    RunConfig,
    Runner,
    SQLiteSession,
    Usage,
    function_tool,
    set_trace_processors,
    trace,
)
from agents.exceptions import ModelRefusalError
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
)

from emotag.integrations import INPUT, OUTPUT, TOOL
from emotag.integrations.openai_agents import EmotionHooks
from tests.frameworks.observers import example

ANGRY, SORRY = "This is unacceptable, I waited three hours.", "I am so sorry, I will look at once."
GLAD, THANKS = "Wonderful, you have the seat at the window!", "Thank you so much, you saved my trip!"
BYE = "You are most welcome, have a great flight!"
EXPECTED = [
    (INPUT, "desk", "user", ANGRY),
    (OUTPUT, "desk", "desk", SORRY),
    (TOOL, "desk", "tool", "Seat 12A is free."),
    (TOOL, "seats", "tool", '{"assistant": "seats"}'),
    (OUTPUT, "seats", "seats", GLAD),
    (INPUT, "desk", "user", THANKS),
    (OUTPUT, "desk", "desk", BYE),
]
GROUPED = RunConfig(group_id="trip")


class Scripted(Model):
    """Answers what it is told to, a list of items a call."""

    def __init__(self, answers):
        self.answers = iter(answers)

    async def get_response(self, *args, **options):
        return ModelResponse(next(self.answers), Usage(), None)

    async def stream_response(self, *args, **options):
        response = Response(
            id="r", created_at=0, model="scripted", object="response", output=next(self.answers),
            tool_choice="none", tools=[], parallel_tool_calls=False,
        )  # fmt: skip
        yield ResponseCompletedEvent(type="response.completed", response=response, sequence_number=0)


def said(text):
    part = ResponseOutputText(type="output_text", text=text, annotations=[])
    return ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[part])


def refused(text):
    part = ResponseOutputRefusal(type="refusal", refusal=text)
    return ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[part])


def called(name):
    return ResponseFunctionToolCall(type="function_call", call_id=f"call-{name}", name=name, arguments="{}")


@function_tool
def seat() -> str:
    """Find a seat."""
    return "Seat 12A is free."


def agent(model=None):
    answers = [[said(SORRY), called("seat")], [called("transfer_to_seats")], [said(GLAD)], [said(BYE)]]
    model = model or Scripted(answers)
    return Agent("desk", model=model, tools=[seat], handoffs=[Agent("seats", model=model)])


async def run(hooks=None, **options):
    desk, session, told = agent(), SQLiteSession("trip"), []
    for text in (ANGRY, THANKS):
        result = await Runner.run(desk, text, hooks=hooks, session=session, run_config=GROUPED, **options)
        told.append((result.final_output, result.last_agent.name, [type(item) for item in result.new_items]))
    told.append(await session.get_items())
    return told


@pytest.fixture(autouse=True)
def untraced():
    """Traces go nowhere: there is no key by which they would."""
    set_trace_processors([])


async def test_every_message_is_tagged_once(watch):
    assert await run(EmotionHooks(watch.observer)) == await run()
    assert watch.said() == EXPECTED
    assert {event.conversation_id for event in watch.events} == {"trip"}
    assert watch.observer.skipped == {"no text": 2}


async def test_the_messages_of_every_way_in(watch, messages):
    told = [{"role": "user", "content": text} for text in messages]
    await Runner.run(agent(Scripted([[said(BYE)]])), told, hooks=EmotionHooks(watch.observer))
    assert watch.heard(INPUT) == messages


async def test_while_it_streams(watch):
    result = Runner.run_streamed(agent(), ANGRY, hooks=EmotionHooks(watch.observer, "mine"))
    async for _ in result.stream_events():
        pass
    assert result.final_output == GLAD
    assert watch.said() == EXPECTED[:5]
    assert {event.conversation_id for event in watch.events} == {"mine"}


def test_with_no_event_loop_of_ones_own(watch):
    assert Runner.run_sync(agent(), ANGRY, hooks=EmotionHooks(watch.observer)).final_output == GLAD
    assert watch.said() == EXPECTED[:5]


async def test_a_run_that_is_not_traced_has_no_conversation(watch):
    untold = RunConfig(tracing_disabled=True)
    await Runner.run(agent(), ANGRY, hooks=EmotionHooks(watch.observer), run_config=untold)
    assert {event.conversation_id for event in watch.events} == {""}


async def test_without_a_group_it_is_the_trace(watch):
    with trace("desk", trace_id="trace_" + "1" * 32):
        await Runner.run(agent(), ANGRY, hooks=EmotionHooks(watch.observer))
    assert {event.conversation_id for event in watch.events} == {"trace_" + "1" * 32}


async def test_what_is_wrong_with_tags_is_not_wrong_with_the_run(broken):
    assert await run(EmotionHooks(broken.observer)) == await run()
    assert broken.failed() == 5


async def test_an_error_of_the_model_is_the_runs(watch):
    class Failing(Scripted):
        async def get_response(self, *args, **options):
            raise ConnectionError("the model is away")

    with pytest.raises(ConnectionError, match="the model is away"):
        await Runner.run(agent(Failing([])), ANGRY, hooks=EmotionHooks(watch.observer))
    assert watch.said() == EXPECTED[:1]


async def test_a_refusal_is_what_an_agent_says(watch):
    with pytest.raises(ModelRefusalError):
        await Runner.run(agent(Scripted([[refused(BYE)]])), ANGRY, hooks=EmotionHooks(watch.observer))
    assert watch.said() == [*EXPECTED[:1], (OUTPUT, "desk", "desk", BYE)]


def test_the_example_prints_each_message_with_its_tag():
    told, said = (INPUT, "user"), (OUTPUT, "desk")
    assert example("openai_agents") == [(*told, "anger"), (*said, "sadness"), (*told, "joy"), (*said, "joy")]
