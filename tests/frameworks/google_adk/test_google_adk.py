"""Runs of Google ADK, with a scripted model, and the plugin that shows what is said to an observer."""

from __future__ import annotations

import pytest
from google.adk.agents import LlmAgent
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.apps import App
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import InMemoryRunner
from google.genai import types
from pydantic import Field

from emotag.integrations import INPUT, OUTPUT, TOOL
from emotag.integrations.google_adk import EmotionPlugin
from tests.frameworks.observers import example, settled

ANGRY, SORRY = "This is unacceptable, I waited three hours.", "I am so sorry, I will look at once."
GLAD, THANKS = "Wonderful, you have the seat at the window!", "Thank you so much, you saved my trip!"
BYE = "You are most welcome, have a great flight!"
EXPECTED = [
    (INPUT, "desk", "ada", ANGRY),
    (OUTPUT, "desk", "desk", SORRY),
    (TOOL, "desk", "seat", "Seat 12A is free."),
    (OUTPUT, "seats", "seats", GLAD),
    (INPUT, "seats", "ada", THANKS),
    (OUTPUT, "seats", "seats", BYE),
]


class Scripted(BaseLlm):
    """Answers what it is told to, a list of parts a call; in a stream word for word, and then whole."""

    answers: list
    heard: list = Field(default_factory=list)  # the contents of each call

    async def generate_content_async(self, llm_request, stream=False):
        self.heard.append([each.model_dump(mode="json") for each in llm_request.contents])
        parts = self.answers.pop(0)
        if stream and parts[0].text:
            for word in parts[0].text.split():
                piece = types.Content(role="model", parts=[types.Part(text=word)])
                yield LlmResponse(content=piece, partial=True)
        yield LlmResponse(content=types.Content(role="model", parts=parts))


class Failing(BaseLlm):
    async def generate_content_async(self, llm_request, stream=False):
        raise ConnectionError("the model is away")
        yield


def call(name, **arguments):
    return types.Part(function_call=types.FunctionCall(name=name, args=arguments))


def seat() -> dict:
    """Find a seat."""
    return {"result": "Seat 12A is free."}


def runner(observer=None, model=None):
    answers = [
        [types.Part(text="Who is angry here?", thought=True), types.Part(text=SORRY), call("seat")],
        [call("transfer_to_agent", agent_name="seats")],
        [types.Part(text=GLAD)],
        [types.Part(text=BYE)],
    ]
    model = model or Scripted(model="scripted", answers=answers)
    desk = LlmAgent(name="desk", model=model, tools=[seat], sub_agents=[LlmAgent(name="seats", model=model)])
    plugins = [] if observer is None else [EmotionPlugin(observer)]
    return InMemoryRunner(app=App(name="trips", root_agent=desk, plugins=plugins))


async def run(observer=None, texts=(ANGRY, THANKS), model=None, config=None):
    """What a run comes to: its events, those that the session keeps, and what the model was shown, whole."""
    talking, told, names = runner(observer, model), [], {"user_id": "ada", "session_id": "trip"}
    await talking.session_service.create_session(app_name="trips", **names)
    for text in texts:
        message = types.Content(role="user", parts=[types.Part(text=text)])
        options = {} if config is None else {"run_config": config}
        told += [event async for event in talking.run_async(**names, new_message=message, **options)]
        assert message == types.Content(role="user", parts=[types.Part(text=text)])
    session = await talking.session_service.get_session(app_name="trips", **names)
    await talking.close()
    assert told
    assert session.events
    heard = talking.app.root_agent.model.heard
    return settled([dumped(told), dumped(session.events), heard])


def dumped(events):
    return [event.model_dump(mode="json", exclude={"timestamp"}) for event in events]


async def test_every_message_is_tagged_once(watch):
    assert await run(watch.observer) == await run()
    assert watch.said() == EXPECTED
    assert {event.conversation_id for event in watch.events} == {"trip"}
    assert watch.observer.skipped == {"no text": 2}
    assert all(event.message_id for event in watch.events)


async def test_the_messages_of_every_way_in(watch, messages):
    told, said = messages[::2], messages[1::2]
    await run(watch.observer, told, Scripted(model="scripted", answers=[[types.Part(text=text)] for text in said]))
    assert watch.heard(INPUT) == told
    assert watch.heard(OUTPUT) == said


async def test_while_it_streams(watch):
    streaming = RunConfig(streaming_mode=StreamingMode.SSE)
    assert await run(watch.observer, config=streaming) == await run(config=streaming)
    assert watch.said() == EXPECTED


async def test_what_is_wrong_with_tags_is_not_wrong_with_the_run(broken):
    assert await run(broken.observer) == await run()
    assert broken.failed() == 5


async def test_an_error_of_the_model_is_the_runs(watch):
    with pytest.raises(ConnectionError, match="the model is away"):
        await run(watch.observer, model=Failing(model="failing"))
    assert watch.said() == EXPECTED[:1]


def test_the_example_prints_each_message_with_its_tag():
    told, said = (INPUT, "ada"), (OUTPUT, "desk")
    assert example("google_adk") == [(*told, "anger"), (*said, "sadness"), (*told, "joy"), (*said, "joy")]
