"""Two agents of different make talk: one by `a2a-sdk` with our interceptor, one written by hand, which asks our agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from a2a.client import ClientConfig, ClientFactory
from a2a.types import AgentCapabilities, AgentCard, AgentExtension, AgentInterface
from google.protobuf.json_format import MessageToDict
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from emotag.a2a.extension import EXTENSION, HEADER
from emotag.a2a.server import AgentServer
from emotag.integrations import EmotionObserver
from emotag.integrations.a2a import EmotionInterceptor
from emotag.local import EmotionTagger
from tests.integration.agents import asking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from emotag.integrations import TaggedMessage
    from emotag.tag import Tag

SAID = [
    "Thank you so much, you made my day!",
    "This is the third outage this week, I am furious about it!",
    "Please move the meeting to three o'clock.",
]
ANSWERS = {
    "joy": "I am so happy to hear that!",
    "anger": "I am so sorry, this is terrible.",
    "neutral": "Done.",
}
LONG = 60.0  # a deadline that does not come


class Coder:
    """An agent without the protocol's SDK: has our agent tell what it was told expresses, and answers by that."""

    def __init__(self, emotions: str) -> None:
        self._emotions = emotions
        self.heard: list[dict[str, Any]] = []
        self.found: list[dict[str, Any]] = []
        self.activated: list[str | None] = []
        self.app = Starlette(routes=[Route("/", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        call = await request.json()
        assert call["method"] == "SendMessage"
        message = call["params"]["message"]
        self.heard.append(message)
        self.activated.append(request.headers.get(HEADER))
        emotion = await self._ask(message["parts"][0]["text"])
        self.found.append(emotion)
        said = {"messageId": f"r{len(self.heard)}", "contextId": "talk", "role": "ROLE_AGENT"}
        reply = {**said, "parts": [{"text": ANSWERS[emotion["category"]]}]}
        return JSONResponse({"jsonrpc": "2.0", "id": call["id"], "result": {"message": reply}})

    async def _ask(self, text: str) -> dict[str, Any]:
        message = {"messageId": "q", "role": "ROLE_USER", "parts": [{"text": text}]}
        async with httpx.AsyncClient(trust_env=False, headers={"A2A-Version": "1.0"}) as http:
            answer = await http.post(f"{self._emotions}/message:send", json={"message": message})
        emotion: dict[str, Any] = answer.json()["message"]["parts"][1]["data"]
        return emotion


@pytest.fixture(scope="module")
def tagger() -> EmotionTagger:
    return EmotionTagger()


@pytest_asyncio.fixture(loop_scope="session")
async def coder(tagger: EmotionTagger) -> AsyncIterator[Coder]:
    async with AgentServer(tagger.tag_async, tagger.info) as server:
        yield Coder(server.url)


@pytest.fixture
def seen() -> list[TaggedMessage]:
    return []


@pytest.fixture
def observer(tagger: EmotionTagger, seen: list[TaggedMessage]) -> Iterator[EmotionObserver]:
    with EmotionObserver(
        seen.append, tagging=tagger.tag, scores=True, wait=True, deadline=LONG, keep_text=True
    ) as observer:
        yield observer


async def talk(coder: Coder, interceptor: EmotionInterceptor) -> list[Any]:
    """Say all there is to say, and return the messages that came back."""
    extensions = AgentCapabilities(extensions=[AgentExtension(uri=EXTENSION)])
    interface = AgentInterface(url="http://coder/", protocol_binding="JSONRPC", protocol_version="1.0")
    card = AgentCard(name="coder", capabilities=extensions, supported_interfaces=[interface])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(coder.app)) as http:
        client = ClientFactory(ClientConfig(httpx_client=http, streaming=False)).create(card, [interceptor])
        events = []
        for number, text in enumerate(SAID):
            request = asking(text)
            request.message.message_id = f"m{number}"
            events += [event async for event in client.send_message(request)]
    return [event.message for event in events]


def plain(tag: Tag) -> tuple[str, float, dict[str, float] | None]:
    return tag.label, tag.score, tag.scores


async def test_what_either_says_has_the_tag_that_it_has_in_process(
    coder: Coder, observer: EmotionObserver, seen: list[TaggedMessage], tagger: EmotionTagger
) -> None:
    replies = await talk(coder, EmotionInterceptor(observer))
    assert [reply.parts[0].text for reply in replies] == [ANSWERS["joy"], ANSWERS["anger"], ANSWERS["neutral"]]
    texts = [text for said, reply in zip(SAID, replies, strict=True) for text in (said, reply.parts[0].text)]
    assert [one.text for one in seen] == texts
    assert [one.sender for one in seen] == ["user", "coder"] * 3
    assert [plain(one.tag) for one in seen] == [plain(tag) for tag in tagger.tag(texts, scores=True)]
    assert [one["category"] for one in coder.found] == [one.tag.label for one in seen[::2]]
    assert not any("metadata" in message or "extensions" in message for message in coder.heard)
    assert coder.activated == [None] * 3


async def test_tags_travel_with_what_is_said_where_that_is_asked_for(
    coder: Coder, observer: EmotionObserver, tagger: EmotionTagger
) -> None:
    replies = await talk(coder, EmotionInterceptor(observer, attach=True))
    sent = [message["metadata"][EXTENSION] for message in coder.heard]
    received = [MessageToDict(reply.metadata)[EXTENSION] for reply in replies]
    for texts, documents in ((SAID, sent), ([reply.parts[0].text for reply in replies], received)):
        assert [one["category"] for one in documents] == [tag.label for tag in tagger.tag(texts)]
    assert [message["extensions"] for message in coder.heard] == [[EXTENSION]] * 3
    assert coder.activated == [EXTENSION] * 3
