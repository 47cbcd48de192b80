"""The tools for language models: their schemas, their answers, and what they say of bad input."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from emotag.errors import InvalidArgumentError, UnavailableError
from emotag.tag import Tag
from emotag.tools import Turn, make_server, mood


async def tagging(messages: Any, /, *, taxonomy: str, scores: bool) -> list[Tag]:
    """Joy for what says so, an error for nothing, neutral for the rest."""
    if taxonomy == "nope":
        raise InvalidArgumentError("taxonomy: is 'nope'", field="taxonomy")
    if taxonomy == "down":
        raise UnavailableError("no server at localhost:1")
    tags = []
    for text in messages:
        label = "joy" if "joy" in text else "fear" if "fear" in text else "neutral"
        tags.append(Tag("", label, 0.5, (label,), {"joy": 0.5} if scores else None))
        if not text:
            tags[-1] = Tag("", error=InvalidArgumentError("text: is empty", field="text"))
    return tags


async def call(name: str, **arguments: Any) -> Any:
    async with Client(make_server(tagging)) as client:
        return await client.call_tool(name, arguments)


async def test_tools_say_what_they_take_and_give_and_that_they_change_nothing() -> None:
    async with Client(make_server(tagging)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"classify_emotion", "classify_emotions", "conversation_mood"}
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.annotations.idempotent_hint
        assert tool.annotations.open_world_hint is False
        assert tool.description
        assert tool.output_schema is not None
        assert tool.output_schema["properties"]
    assert tools["classify_emotion"].input_schema["required"] == ["text"]
    assert "description" in tools["classify_emotion"].input_schema["properties"]["text"]


async def test_one_message() -> None:
    found = await call("classify_emotion", text="so much joy", scores=True)
    assert not found.is_error
    assert found.structured_content["label"] == "joy"
    assert found.structured_content["scores"] == {"joy": 0.5}
    assert '"joy"' in found.content[0].text


async def test_several_messages_keep_their_places() -> None:
    found = (await call("classify_emotions", texts=["joy", "", "no"])).structured_content["emotions"]
    assert [(one["label"], one["error"]) for one in found] == [
        ("joy", None), ("", "text: is empty"), ("neutral", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("classify_emotion", {"text": ""}, "text: is empty"),
        ("classify_emotion", {"text": "joy", "taxonomy": "nope"}, "taxonomy: is 'nope'"),
        ("classify_emotion", {"text": "joy", "taxonomy": "down"}, "no server at"),
        ("classify_emotion", {"text": 7}, "text"),
        ("classify_emotion", {}, "text"),
        ("classify_emotions", {"texts": []}, "texts"),
        ("classify_emotions", {"texts": ["joy"] * 1025}, "texts"),
        ("conversation_mood", {"messages": [{"text": "joy"}]}, "sender"),
    ],
)
async def test_bad_input_is_an_error_that_the_model_can_read(name: str, arguments: Any, says: str) -> None:
    found = await call(name, **arguments)
    assert found.is_error
    assert says in found.content[0].text


async def test_a_conversation() -> None:
    turns = [("a", "hello"), ("b", "joy"), ("a", ""), ("a", "joy"), ("b", "fear")]
    messages = [{"sender": sender, "text": text} for sender, text in turns]
    found = (await call("conversation_mood", messages=messages)).structured_content
    assert found["label"] == "joy"
    assert found["shares"] == {"neutral": 0.25, "joy": 0.5, "fear": 0.25}
    assert found["senders"] == {"a": {"neutral": 0.5, "joy": 0.5}, "b": {"joy": 0.5, "fear": 0.5}}
    assert [(one["turn"], one["sender"], one["label"]) for one in found["moments"]] == [
        (1, "b", "joy"), (3, "a", "joy"), (4, "b", "fear"),
    ]  # fmt: skip
    assert found["failed"] == [2]


def test_a_conversation_without_emotion_is_neutral() -> None:
    assert mood([Turn(sender="a", text="x")], [Tag("", "neutral", 0.9)]).label == "neutral"
    assert mood([Turn(sender="a", text="x")], [Tag("", error=InvalidArgumentError("x"))]).label == "neutral"
