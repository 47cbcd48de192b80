"""The interceptor of A2A: finds every message and artifact, and changes none unless asked."""

from __future__ import annotations

import copy

import pytest
from a2a.client.client import ClientCallContext
from a2a.client.interceptors import AfterArgs, BeforeArgs
from a2a.types import (
    AgentCapabilities,
    AgentCard,
    AgentExtension,
    Artifact,
    GetTaskRequest,
    ListTasksResponse,
    Message,
    Part,
    SendMessageRequest,
    SendMessageResponse,
    StreamResponse,
    Task,
    TaskArtifactUpdateEvent,
    TaskStatus,
    TaskStatusUpdateEvent,
)
from google.protobuf.json_format import MessageToDict

from emotag import InvalidArgumentError, Tag
from emotag.a2a.extension import EXTENSION
from emotag.integrations import EmotionObserver
from emotag.integrations.a2a import EmotionInterceptor

LONG = 60.0  # a deadline that does not come
FOLLOWS = AgentCapabilities(extensions=[AgentExtension(uri=EXTENSION)])
CARD = AgentCard(name="desk", capabilities=FOLLOWS)


def echoing(messages, /, *, taxonomy, scores):
    return [Tag(message.id, label=message.text, score=0.5) for message in messages]


def failing(messages, /, *, taxonomy, scores):
    raise OSError("no")


def says(text, name="m"):
    return Message(message_id=name, context_id="c", parts=[Part(text=text), Part(url="https://x"), Part(text="too")])


def makes(text, name="a"):
    return Artifact(artifact_id=name, parts=[Part(text=text)])


TASK = Task(
    id="t",
    context_id="c",
    status=TaskStatus(message=says("status")),
    artifacts=[makes("one", "a"), makes("two", "b")],
    history=[says("sent before", "h")],
)
STATUS = TaskStatusUpdateEvent(task_id="t", context_id="c", status=TaskStatus(message=says("status")))
GROWN = TaskArtifactUpdateEvent(task_id="t", context_id="c", artifact=makes("one"))
RECEIVED = {
    "message": (SendMessageResponse(message=says("hello")), ["hello\ntoo"]),
    "task": (SendMessageResponse(task=TASK), ["status\ntoo", "one", "two"]),
    "streamed message": (StreamResponse(message=says("hello")), ["hello\ntoo"]),
    "streamed task": (StreamResponse(task=TASK), ["status\ntoo", "one", "two"]),
    "status": (StreamResponse(status_update=STATUS), ["status\ntoo"]),
    "status that says nothing": (StreamResponse(status_update=TaskStatusUpdateEvent(task_id="t")), []),
    "artifact": (StreamResponse(artifact_update=GROWN), ["one"]),
    "task that was asked for": (TASK, ["status\ntoo", "one", "two"]),
    "list": (ListTasksResponse(tasks=[TASK]), ["status\ntoo", "one", "two"]),
    "nothing": (None, []),
    "card": (CARD, []),
}


@pytest.fixture
def tagged():
    return []


@pytest.fixture
def made(tagged):
    """Makes interceptors over observers of their own, and closes those."""
    observers = []

    def make(tagging=echoing, *, attach=False, **options):
        options = {"wait": True, "deadline": LONG, **options}
        observers.append(EmotionObserver(tagged.append, tagging=tagging, **options))
        return EmotionInterceptor(observers[-1], attach=attach)

    yield make
    for each in observers:
        each.close()


def sending(message, card=CARD, context=None):
    return BeforeArgs(SendMessageRequest(message=message), "send_message", card, context)


def receiving(result):
    return AfterArgs(result, "send_message", CARD)


@pytest.mark.parametrize("name", RECEIVED)
async def test_all_that_is_received_is_seen_and_left_as_it_is(made, tagged, name):
    result, texts = RECEIVED[name]
    before = copy.deepcopy(result)
    await made().after(receiving(result))
    assert sorted(one.tag.label for one in tagged) == sorted(texts)
    assert all(
        (one.kind, one.sender, one.agent, one.conversation_id) == ("output", "desk", "desk", "c") for one in tagged
    )
    assert result == before


async def test_what_is_sent_is_seen_and_left_as_it_is(made, tagged):
    args = sending(says("hello"))
    before = copy.deepcopy(args)
    await made().before(args)
    [one] = tagged
    assert (one.framework, one.kind, one.sender, one.agent, one.message_id) == ("a2a", "input", "user", "desk", "m")
    assert args == before
    await made().before(BeforeArgs(GetTaskRequest(id="t"), "get_task", CARD))
    assert len(tagged) == 1


async def test_pieces_of_an_artifact_are_tagged_each(made, tagged):
    interceptor = made()
    for text in ("one", "two"):
        update = TaskArtifactUpdateEvent(task_id="t", context_id="c", artifact=makes(text))
        await interceptor.after(receiving(StreamResponse(artifact_update=update)))
    assert [one.tag.label for one in tagged] == ["one", "two"]


async def test_a_task_that_is_polled_is_tagged_as_far_as_it_is_new(made, tagged):
    interceptor, task = made(), copy.deepcopy(TASK)
    await interceptor.after(receiving(task))
    task.artifacts[0].parts.add(text="more")
    await interceptor.after(receiving(task))
    assert sorted(one.tag.label for one in tagged) == ["one", "one\nmore", "status\ntoo", "two"]


@pytest.mark.parametrize("name", RECEIVED)
async def test_tags_are_attached_to_all_that_is_received_where_asked(made, tagged, name):
    result = copy.deepcopy(RECEIVED[name][0])
    await made(attach=True).after(receiving(result))
    text = str(result)
    assert text.count(f'key: "{EXTENSION}"') == text.count(f'extensions: "{EXTENSION}"') == len(RECEIVED[name][1])


async def test_a_tag_is_attached_to_what_is_sent_and_the_extension_activated(made):
    context = ClientCallContext(service_parameters={"A2A-Extensions": "https://example.org/x", "x": "y"})
    args = sending(says("hello"), context=context)
    await made(attach=True, taxonomy="ekman").before(args)
    message = args.input.message
    assert list(message.extensions) == [EXTENSION]
    document = MessageToDict(message.metadata)[EXTENSION]
    assert (document["category"], document["category-set"]) == ("hello\ntoo", "ekman")
    assert args.context.service_parameters == {"A2A-Extensions": f"https://example.org/x,{EXTENSION}", "x": "y"}


async def test_an_agent_without_the_extension_is_not_asked_for_it(made):
    args = sending(says("hello"), AgentCard(name="desk"))
    await made(attach=True).before(args)
    assert args.context is None
    assert list(args.input.message.extensions) == [EXTENSION]


async def test_what_another_wrote_stays(made):
    message = says("hello")
    message.metadata.update({EXTENSION: {"category": "fear"}})
    args = sending(message)
    await made(attach=True).before(args)
    assert MessageToDict(args.input.message.metadata) == {EXTENSION: {"category": "fear"}}


@pytest.mark.parametrize("attach", [True, False])
async def test_what_fails_reaches_nobody(made, tagged, attach):
    interceptor = made(failing, attach=attach)
    args = sending(says("hello"))
    before = copy.deepcopy(args.input)
    await interceptor.before(args)
    await interceptor.after(receiving(StreamResponse(task=TASK)))
    assert args.input == before
    assert tagged == []


def test_attaching_needs_an_observer_that_waits(made):
    with pytest.raises(InvalidArgumentError, match="wait=True"):
        made(attach=True, wait=False)
