"""The agent of A2A over each binding, called by the protocol's SDK: answers, streams, tasks, refusals, signatures."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
import pytest_asyncio
from a2a.client import A2ACardResolver
from a2a.client.errors import A2AClientError
from a2a.types import CancelTaskRequest, GetTaskRequest, TaskState
from a2a.utils.errors import InvalidParamsError, TaskNotCancelableError, TaskNotFoundError
from a2a.utils.signing import InvalidSignaturesError, NoSignatureError, create_signature_verifier
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from emotag.a2a.agent import DIRECT
from emotag.a2a.card import SKILL, key_id
from emotag.a2a.extension import EXTENSION, OPTIONS
from emotag.a2a.http import MOST_BYTES
from emotag.a2a.server import AgentServer
from emotag.errors import InternalError, OverloadedError, UnavailableError
from emotag.local import EmotionTagger
from emotag_service.access.address import ListenError
from tests.integration.agents import BINDINGS, activating, ask, asking, client_of, documents

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from emotag.tag import Tag

GLAD, ANGRY = "Thank you so much, you made my day!", "This is the third outage, I am furious about it!"
MANY = [f"{GLAD if number % 2 else ANGRY} Number {number}." for number in range(DIRECT + 30)]
V1 = {"A2A-Version": "1.0"}


@pytest.fixture(scope="module")
def tagger() -> EmotionTagger:
    return EmotionTagger()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(tagger: EmotionTagger) -> AsyncIterator[AgentServer]:
    async with AgentServer(tagger.tag_async, tagger.info, grpc_port=0) as server:
        yield server


class Held:
    """Tags nothing until it is let, or fails."""

    def __init__(self, tagger: EmotionTagger) -> None:
        self.tagger = tagger
        self.failure: Exception | None = None
        self.asked = asyncio.Semaphore(0)
        self.let = asyncio.Event()

    async def tag(self, messages: Iterable[str], /, *, taxonomy: str, scores: bool) -> list[Tag]:
        self.asked.release()
        if self.failure is not None:
            raise self.failure
        await self.let.wait()
        return self.tagger.tag(messages, taxonomy=taxonomy, scores=scores)


@pytest_asyncio.fixture(loop_scope="session")
async def held(tagger: EmotionTagger) -> AsyncIterator[tuple[Held, AgentServer]]:
    held = Held(tagger)
    async with AgentServer(held.tag, tagger.info, grpc_port=0) as server:
        yield held, server


def truth(tagger: EmotionTagger, texts: Iterable[str], taxonomy: str = "") -> list[tuple[str, float]]:
    return [(tag.label, round(tag.score, 6)) for tag in tagger.tag(list(texts), taxonomy=taxonomy)]


def said(found: Iterable[dict[str, Any]]) -> list[tuple[str, float]]:
    return [(one["category"], one["confidence"]) for one in found]


@pytest.mark.parametrize("binding", BINDINGS)
async def test_a_few_texts_are_answered_in_one_message(
    server: AgentServer, tagger: EmotionTagger, binding: str
) -> None:
    async with client_of(server.card, binding) as client:
        [event] = await ask(client, GLAD, ANGRY)
    assert event.HasField("message")
    assert said(documents(event.message.parts)) == truth(tagger, [GLAD, ANGRY])
    lines = [part.text for part in event.message.parts if part.text]
    assert [line.split()[0] for line in lines] == ["joy", "anger"]
    assert list(event.message.extensions) == [], "nobody activated it"


@pytest.mark.parametrize("binding", BINDINGS)
async def test_a_stream_says_bit_by_bit_what_each_text_expresses(
    server: AgentServer, tagger: EmotionTagger, binding: str
) -> None:
    texts = [GLAD, ANGRY, "The meeting is at three."]
    async with client_of(server.card, binding, streaming=True) as client:
        events = await ask(client, *texts)
    kinds = [event.WhichOneof("payload") for event in events]
    assert kinds == ["task", "status_update", *["artifact_update"] * 3, "status_update"]
    updates = [event.artifact_update for event in events if event.HasField("artifact_update")]
    found = [documents(update.artifact.parts) for update in updates]
    assert [len(one) for one in found] == [1, 1, 1]
    assert said(one[0] for one in found) == truth(tagger, texts)
    assert [(update.append, update.last_chunk) for update in updates] == [(False, False), (True, False), (True, True)]
    assert events[-1].status_update.status.state == TaskState.TASK_STATE_COMPLETED


@pytest.mark.parametrize("binding", BINDINGS)
async def test_many_texts_are_a_task_that_can_be_asked_for_later(
    server: AgentServer, tagger: EmotionTagger, binding: str
) -> None:
    async with client_of(server.card, binding) as client:
        [event] = await ask(client, *MANY)
        assert event.task.status.state == TaskState.TASK_STATE_COMPLETED
        later = await client.get_task(GetTaskRequest(id=event.task.id))
        with pytest.raises(TaskNotCancelableError):
            await client.cancel_task(CancelTaskRequest(id=event.task.id))
        with pytest.raises(TaskNotFoundError):
            await client.get_task(GetTaskRequest(id="nobody's"))
    [artifact] = later.artifacts
    assert said(documents(artifact.parts)) == truth(tagger, MANY)


@pytest.mark.parametrize("binding", BINDINGS)
async def test_a_task_at_work_can_be_cancelled(held: tuple[Held, AgentServer], binding: str) -> None:
    holding, server = held
    async with client_of(server.card, binding) as client:
        request = asking(*MANY)
        request.configuration.return_immediately = True
        [event] = [event async for event in client.send_message(request)]
        assert event.task.status.state in (TaskState.TASK_STATE_SUBMITTED, TaskState.TASK_STATE_WORKING)
        await holding.asked.acquire()
        cancelled = await client.cancel_task(CancelTaskRequest(id=event.task.id))
    assert cancelled.status.state == TaskState.TASK_STATE_CANCELED


@pytest.mark.parametrize("binding", BINDINGS)
async def test_options_choose_the_taxonomy_and_give_scores(
    server: AgentServer, tagger: EmotionTagger, binding: str
) -> None:
    async with client_of(server.card, binding) as client:
        [event] = await ask(client, GLAD, taxonomy="sentiment", scores=True)
    [document] = documents(event.message.parts)
    assert document["category-set"] == "sentiment"
    [tag] = tagger.tag([GLAD], taxonomy="sentiment", scores=True)
    assert tag.scores is not None
    assert {one["name"]: one["confidence"] for one in document["categories"]} == pytest.approx(tag.scores, abs=1e-6)


@pytest.mark.parametrize("binding", BINDINGS)
async def test_what_cannot_be_answered_is_refused_with_the_field(server: AgentServer, binding: str) -> None:
    wrong = {
        "message.parts: none": asking(),
        "message.parts: 257": asking(*["a"] * 257),
        "message.parts[1].text: has more than 65,536": asking("a", "b" * 70_000),
        "choose among basic": asking(GLAD, taxonomy="nope"),
        "].scores: must be a bool": asking(GLAD, scores="yes"),
        "has more in it than taxonomy": asking(GLAD, score=True),
    }
    wrong["message.parts: none"].message.parts.add(url="https://example.org")
    async with client_of(server.card, binding) as client:
        for problem, request in wrong.items():
            with pytest.raises(InvalidParamsError) as caught:
                [_ async for _ in client.send_message(request)]
            assert problem in str(caught.value)


async def test_options_may_stand_in_the_request_too(server: AgentServer) -> None:
    request = asking(GLAD)
    request.metadata.update({OPTIONS: {"taxonomy": "sentiment"}})
    async with client_of(server.card) as client:
        [event] = [event async for event in client.send_message(request)]
    assert documents(event.message.parts)[0]["category-set"] == "sentiment"


async def test_a_text_that_cannot_be_tagged_has_the_reason_in_its_place(server: AgentServer) -> None:
    async with client_of(server.card) as client:
        [event] = await ask(client, " ", GLAD)
    blank, glad = documents(event.message.parts)
    assert (blank["status"], blank["reason"]) == ("FAILED", "INVALID_MESSAGE")
    assert glad["category"] == "joy"


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("texts", [[GLAD], MANY], ids=["message", "task"])
@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
async def test_an_engine_that_fails_fails_the_task_with_the_reason(
    held: tuple[Held, AgentServer], binding: str, texts: list[str], streaming: bool
) -> None:
    holding, server = held
    holding.failure = InternalError("the model failed", reason="COMPUTE_FAILED")
    async with client_of(server.card, binding, streaming=streaming) as client:
        event = (await ask(client, *texts))[-1]
    status = event.status_update.status if streaming else event.task.status
    assert status.state == TaskState.TASK_STATE_FAILED
    assert documents(status.message.parts)[0]["reason"] == "COMPUTE_FAILED"


@pytest.mark.parametrize(
    "failure",
    [OverloadedError("full", reason="QUEUE_FULL", retry_after=0.5), UnavailableError("no server at localhost:1")],
)
async def test_overload_and_absence_reject_so_that_it_is_sent_again(
    held: tuple[Held, AgentServer], failure: Exception
) -> None:
    holding, server = held
    holding.failure = failure
    async with client_of(server.card) as client:
        [event] = await ask(client, GLAD)
    assert event.task.status.state == TaskState.TASK_STATE_REJECTED
    [problem] = documents(event.task.status.message.parts)
    assert problem.get("retry-after") == ("0.5s" if failure.retry_after else None)  # type: ignore[attr-defined]


async def test_no_more_tasks_are_at_work_than_may_be(
    held: tuple[Held, AgentServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    holding, server = held
    monkeypatch.setattr("emotag.a2a.agent.MOST_TASKS", 3)
    async with client_of(server.card) as client:
        request = asking(*MANY)
        request.configuration.return_immediately = True
        for _ in range(3):
            await anext(aiter(client.send_message(request)))
            await holding.asked.acquire()
        [event] = await ask(client, *MANY)
        assert event.task.status.state == TaskState.TASK_STATE_REJECTED
        holding.let.set()
        [event] = await ask(client, *MANY)
        while event.task.status.state == TaskState.TASK_STATE_REJECTED:
            [event] = await ask(client, *MANY)
    assert event.task.status.state == TaskState.TASK_STATE_COMPLETED


@pytest.mark.parametrize("binding", BINDINGS)
async def test_who_activates_the_extension_is_told_so(server: AgentServer, binding: str) -> None:
    async with client_of(server.card, binding) as client:
        events = client.send_message(asking(GLAD), context=activating())
        [event] = [event async for event in events]
    assert list(event.message.extensions) == [EXTENSION]


async def test_the_answer_of_http_names_what_was_activated(server: AgentServer) -> None:
    body = json.loads('{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hello"}]}}')
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, headers=V1) as http:
        asked = {"A2A-Extensions": f"https://example.org/x/v1, {EXTENSION}"}
        with_it = await http.post("/message:send", json=body, headers=asked)
        without = await http.post("/message:send", json=body)
    assert with_it.headers["a2a-extensions"] == EXTENSION
    assert "a2a-extensions" not in without.headers


async def test_pages_of_browsers_and_bodies_without_end_are_refused(server: AgentServer) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, headers=V1) as http:
        page = await http.post("/message:send", content="{}", headers={"Origin": "https://evil.example"})
        large = await http.post("/message:send", content=b" " * (MOST_BYTES + 1))
    assert page.status_code == 403
    assert large.status_code == 413


async def test_agents_of_version_0_3_are_answered(server: AgentServer) -> None:
    message = {"kind": "message", "messageId": "m", "role": "user", "parts": [{"kind": "text", "text": GLAD}]}
    call = {"jsonrpc": "2.0", "id": 7, "method": "message/send", "params": {"message": message}}
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        answer = (await http.post("/", json=call)).json()
    assert answer["id"] == 7
    assert [part["kind"] for part in answer["result"]["parts"]] == ["text", "data"]
    assert answer["result"]["parts"][1]["data"]["category"] == "joy"


KEYS: dict[str, Any] = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_signed_card_is_verified_and_a_changed_one_is_not(
    tagger: EmotionTagger, tmp_path: Path, algorithm: str
) -> None:
    private = KEYS[algorithm]()
    file = tmp_path / "key.pem"
    file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    keys = {key_id(public): pem}
    verify = create_signature_verifier(lambda kid, _jku: keys[kid or ""], [algorithm])
    async with AgentServer(tagger.tag_async, tagger.info, card_key=file) as server, httpx.AsyncClient() as http:
        card = await A2ACardResolver(http, server.url).get_agent_card(signature_verifier=verify)
    assert [skill.id for skill in card.skills] == [SKILL]
    [signature] = card.signatures
    assert jwt.get_unverified_header(f"{signature.protected}..") == {
        "alg": algorithm,
        "kid": key_id(public),
        "typ": "JOSE",
    }
    card.skills[0].description = "Says anything."
    with pytest.raises(InvalidSignaturesError):
        verify(card)


async def test_a_card_without_a_key_is_unsigned(server: AgentServer) -> None:
    async with httpx.AsyncClient() as http:
        card = await A2ACardResolver(http, server.url).get_agent_card()
    assert card == server.card
    [extension] = card.capabilities.extensions
    assert (extension.uri, extension.required) == (EXTENSION, False)
    with pytest.raises(NoSignatureError):
        create_signature_verifier(lambda *_: "", ["ES256"])(card)


async def test_a_port_that_is_taken_is_named_and_nothing_stays_open(tagger: EmotionTagger, server: AgentServer) -> None:
    taken = next(one.url for one in server.card.supported_interfaces if one.protocol_binding == "GRPC")
    with pytest.raises(ListenError, match="--grpc-port"):
        await AgentServer(tagger.tag_async, tagger.info, grpc_port=int(taken.rpartition(":")[2])).__aenter__()
    with pytest.raises(ListenError, match="in use"):
        await AgentServer(tagger.tag_async, tagger.info, port=int(server.url.rpartition(":")[2])).__aenter__()


async def test_a_closed_agent_answers_nobody(tagger: EmotionTagger) -> None:
    async with AgentServer(tagger.tag_async, tagger.info) as server:
        pass
    async with client_of(server.card) as client:
        with pytest.raises(A2AClientError):
            await ask(client, GLAD)
