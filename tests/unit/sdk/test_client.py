"""Unary calls, over a real wire, by both clients."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from emotag import (
    AsyncEmotionClient,
    ClientClosedError,
    DeadlineExceededError,
    EmotionClient,
    InvalidArgumentError,
    LimitExceededError,
    Message,
    Model,
    OverloadedError,
    PermissionDeniedError,
    ProtocolError,
    Retry,
    UnauthenticatedError,
    UnavailableError,
)
from emotag.v1 import model_info_pb2
from tests.unit.sdk.scripted import abort, full, status

if TYPE_CHECKING:
    from tests.unit.sdk.scripted import ScriptedServer


def test_classify(client: Any) -> None:
    tag = client.classify(Message("thank you", id="m1"))
    assert (tag.message_id, tag.label, tag.score, tag.labels) == ("m1", "joy", 0.75, ("joy",))
    assert tag.model == Model("m", "1", "d1")


@pytest.mark.parametrize("message", ["", "\ud800", Message("x", id="\ud800"), 5])
def test_classify_raises_the_messages_own_error(client: Any, message: Any) -> None:
    with pytest.raises(InvalidArgumentError):
        client.classify(message)


def test_classify_many_keeps_errors_in_their_place(client: Any) -> None:
    tags = client.classify_many(["a", "", "\ud800", Message("b", id="x"), Message("c", id="x")])
    assert [tag.error is None for tag in tags] == [True, False, False, True, True]
    assert tags[1].error.field == "text"
    assert client.classify_many([]) == []


def test_any_iterable_will_do(client: Any) -> None:
    assert len(client.classify_many(f"m{number}" for number in range(3))) == 3


@pytest.mark.parametrize("method", ["classify_many", "stream"])
@pytest.mark.parametrize("text", ["thank you", b"thank you"])
def test_one_text_is_not_taken_for_its_letters(client: Any, server: ScriptedServer, method: str, text: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="several, not one") as caught:
        getattr(client, method)(text)
    assert (caught.value.field, server.texts) == ("messages", [])


@pytest.mark.parametrize("method", ["classify_many", "stream"])
def test_one_message_is_not_several(client: Any, server: ScriptedServer, method: str) -> None:
    with pytest.raises(InvalidArgumentError, match="several, not one Message") as caught:
        getattr(client, method)(Message("thank you"))
    assert (caught.value.field, server.texts) == ("messages", [])


def test_many_messages_are_several_calls(client: Any, server: ScriptedServer) -> None:
    texts = ["x" * (number % 5 + 1) for number in range(1000)]
    tags = client.classify_many(texts)
    assert server.texts == texts
    assert len(tags) == 1000
    assert max(server.frames) == server.limits.max_frame_messages
    assert server.calls == {"Classify": 4, "StreamClassify": 0, "GetModelInfo": 1}


def test_a_huge_message_is_answered_alone(client: Any, server: ScriptedServer) -> None:
    server.limits = model_info_pb2.Limits(max_text_bytes=10, max_frame_bytes=2 << 20, max_frame_messages=10)
    tags = client.classify_many(["a", "b" * (5 << 20), "c"])
    assert [tag.error is None for tag in tags] == [True, False, True]
    assert server.texts == ["a", "c"]


def test_scores_have_their_labels(client: Any, server: ScriptedServer) -> None:
    assert client.classify("ab", scores=True).scores == {"joy": 0.125, "anger": 0.125, "neutral": 0.75}
    assert client.classify("ab", scores=True, taxonomy="sentiment").scores == {"positive": 0.75, "negative": 0.125}
    assert server.calls["GetModelInfo"] == 1


def test_scores_of_a_new_model_have_its_labels(client: Any, server: ScriptedServer) -> None:
    client.classify("ab", scores=True)
    server.model = model_info_pb2.ModelIdentity(name="m", version="2", digest="d2")
    server.labels["ekman"] = ["calm", "storm"]
    tag = client.classify("ab", scores=True)
    assert tag.scores == {"calm": 0.75, "storm": 0.125}
    assert tag.model.version == "2"


def test_a_candidate_that_answers_costs_one_more_call_and_no_more(
    client: Any, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a split info is of the live model, whichever answers."""
    answer = server.Classify

    def by_the_candidate(request: Any, context: Any) -> Any:
        response = answer(request, context)
        response.model.digest = "d2"
        return response

    server.stop()
    monkeypatch.setattr(server, "Classify", by_the_candidate)
    server.start(server.port)
    for _ in range(3):
        tag = client.classify("ab", scores=True)
        assert (tag.scores, tag.model.digest) == ({"joy": 0.125, "anger": 0.125, "neutral": 0.75}, "d2")
    assert server.calls["GetModelInfo"] == 1


def test_without_model_info_many_messages_are_smaller_calls(
    client: Any, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.stop()
    refusal = status("PERMISSION_DENIED", "model info is switched off", reason="MODEL_INFO_OFF")
    monkeypatch.setattr(server, "GetModelInfo", lambda request, context: abort(context, refusal))
    server.start(server.port)
    assert len(client.classify_many(["a"] * 100)) == 100
    assert server.frames == [64, 36]
    with pytest.raises(PermissionDeniedError, match="model info"):
        client.classify("a", scores=True)


def test_explanations(client: Any) -> None:
    assert client.classify("two words", explain=True).token_weights == (("two", 0.5), ("words", 0.5))


def test_an_unknown_taxonomy_is_named(client: Any) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        client.classify("a", taxonomy="colours")
    assert caught.value.field == "options.taxonomy"


def test_info(client: Any) -> None:
    info = client.info()
    assert info.model == Model("m", "1", "d1")
    assert [taxonomy.name for taxonomy in info.taxonomies] == ["ekman", "sentiment"]
    assert info.taxonomies[1].labels == ("positive", "negative")
    assert info.taxonomies[1].thresholds == (0.5, 0.5)
    assert info.limits.max_frame_messages == 256


@pytest.mark.parametrize("method", ["classify", "info"])
def test_what_may_pass_is_tried_again(client: Any, server: ScriptedServer, method: str) -> None:
    server.call_failures.extend([full(retry=0.001), status("UNAVAILABLE", "stopping", reason="DRAINING")])
    assert call(client, method) is not None
    assert sum(server.calls.values()) == 3


def call(client: Any, method: str) -> Any:
    return client.info() if method == "info" else client.classify("a")


@pytest.mark.parametrize("method", ["classify", "info"])
@pytest.mark.parametrize(
    ("code", "kind"), [("UNAUTHENTICATED", UnauthenticatedError), ("RESOURCE_EXHAUSTED", LimitExceededError)]
)
def test_what_will_not_pass_is_raised_at_once(
    client: Any, server: ScriptedServer, method: str, code: str, kind: type
) -> None:
    server.call_failures.extend([status(code, "no")] * 2)
    with pytest.raises(kind) as caught:
        call(client, method)
    assert type(caught.value) is kind
    assert len(server.call_failures) == 1


@pytest.mark.parametrize("method", ["classify", "info"])
def test_giving_up_raises_the_last_reason(client: Any, server: ScriptedServer, method: str) -> None:
    server.call_failures.extend([full(retry=0.0)] * 4)
    with pytest.raises(OverloadedError):
        call(client, method)
    assert not server.call_failures


def test_refused_messages_are_sent_again_alone(client: Any, server: ScriptedServer) -> None:
    refused = {"bb"}
    server.refuse = lambda message: full() if message.text in refused and not refused.discard(message.text) else None
    tags = client.classify_many(["a", "bb", "ccc"])
    assert all(tag.error is None for tag in tags)
    assert server.texts == ["a", "bb", "ccc", "bb"]


def test_nobody_there(connect: Any) -> None:
    with pytest.raises(UnavailableError):
        connect("127.0.0.1:1", retry=Retry(attempts=1)).classify("a")


def test_the_timeout_is_of_all_attempts(connect: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = connect(f"127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        with pytest.raises(DeadlineExceededError):
            client.classify("a")
        with pytest.raises(DeadlineExceededError):
            client.info(timeout=0.1)


def test_a_wait_past_the_timeout_is_not_begun(client: Any, server: ScriptedServer) -> None:
    server.call_failures.append(full(retry=100.0))
    with pytest.raises(OverloadedError) as caught:
        client.classify("a", timeout=5.0)
    assert caught.value.retry_after == 100.0


def test_an_answer_of_another_length_breaks_the_contract(client: Any, server: ScriptedServer, monkeypatch: Any) -> None:
    answer = server.Classify

    def twice(request: Any, context: Any) -> Any:
        response = answer(request, context)
        response.tags.extend(list(response.tags))
        return response

    server.stop()
    monkeypatch.setattr(server, "Classify", twice)
    server.start(server.port)
    with pytest.raises(ProtocolError):
        client.classify("a")


@pytest.mark.parametrize("kind", [EmotionClient, AsyncEmotionClient])
@pytest.mark.parametrize(
    ("wrong", "name"), [({"timeout": 0}, "timeout"), ({"timeout": float("nan")}, "timeout"), ({"target": ""}, "target")]
)
def test_settings_that_make_no_sense(kind: type, wrong: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        kind(**wrong)


def test_a_client_is_shared_by_threads(server: ScriptedServer) -> None:
    with EmotionClient(server.target) as client, ThreadPoolExecutor(8) as pool:
        lengths = list(pool.map(lambda number: len(list(client.stream(["a"] * number))), range(20)))
    assert lengths == list(range(20))


async def test_one_loop_runs_many_streams(server: ScriptedServer) -> None:
    async def count(client: AsyncEmotionClient, number: int) -> int:
        return len([tag async for tag in client.stream(["a"] * number)])

    async with AsyncEmotionClient(server.target) as client:
        lengths = await asyncio.gather(*[count(client, number) for number in range(20)])
    assert lengths == list(range(20))


@pytest.mark.parametrize("used", [True, False])
def test_a_closed_client_says_that_it_is_closed(server: ScriptedServer, used: bool) -> None:
    client = EmotionClient(server.target)
    if used:
        client.classify("a")
    client.close()
    client.close()
    for use in (
        lambda: client.classify("a"),
        lambda: client.classify_many(["a"]),
        client.info,
        lambda: list(client.stream(["a"])),
    ):
        with pytest.raises(ClientClosedError, match="the client is closed"):
            use()


@pytest.mark.parametrize("method", ["classify", "info", "stream"])
def test_a_call_that_is_under_way_when_its_client_closes_says_so(server: ScriptedServer, method: str) -> None:
    entered, over = threading.Event(), threading.Event()

    def hangs(*_: Any) -> Any:
        entered.set()
        over.wait()
        return iter(())

    server.stop()
    server.Classify = server.GetModelInfo = server.StreamClassify = hangs  # type: ignore[method-assign]
    server.start(server.port)
    client = EmotionClient(server.target, retry=Retry(attempts=1))
    uses = {"classify": lambda: client.classify("a"), "info": client.info, "stream": lambda: list(client.stream(["a"]))}
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(uses[method])
        assert entered.wait(60)
        client.close()
        try:
            with pytest.raises(ClientClosedError, match="the client is closed"):
                call.result(60)
        finally:
            over.set()


@pytest.mark.parametrize("used", [True, False])
async def test_a_closed_client_on_a_loop_says_that_it_is_closed(server: ScriptedServer, used: bool) -> None:
    client = AsyncEmotionClient(server.target)
    if used:
        await client.classify("a")
    await client.close()
    await client.close()
    for use in (client.classify("a"), client.classify_many(["a"]), client.info(), anext(client.stream(["a"]))):
        with pytest.raises(ClientClosedError, match="the client is closed"):
            await use


def test_a_call_that_was_reset_is_made_again(client: Any, server: ScriptedServer) -> None:
    server.call_failures.append(status("CANCELLED", "too many calls wait"))
    assert client.classify("a").label
    assert server.calls["Classify"] == 2


def test_a_call_that_is_always_reset_fails_with_that_reason(connect: Any, server: ScriptedServer) -> None:
    server.call_failures.extend([status("CANCELLED", "too many calls wait")] * 3)
    with pytest.raises(UnavailableError, match="the call was reset") as caught:
        connect(server.target, retry=Retry(attempts=3, initial=0.001)).classify("a")
    assert caught.value.reason == "RESET"
