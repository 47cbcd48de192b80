"""Streams, over a real wire, by both clients."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from emotag import (
    DeadlineExceededError,
    InvalidArgumentError,
    LimitExceededError,
    Message,
    OverloadedError,
    ProtocolError,
    Retry,
    StreamBrokenError,
    UnauthenticatedError,
    UnavailableError,
)
from emotag.v1 import model_info_pb2
from tests.unit.sdk import scripts
from tests.unit.sdk.conftest import FAST
from tests.unit.sdk.scripted import ScriptedServer, full, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag import Tag


# gRPC's asyncio client at times hides why a server ended a stream at once (grpc/grpc#36066), and the SDK asks again.
ATTEMPTS = FAST.attempts


def numbered(count: int) -> list[Message]:
    return [Message("x" * (number % 7 + 1), id=f"m{number}") for number in range(count)]


def ids(tags: list[Tag]) -> list[str]:
    return [tag.message_id for tag in tags]


def expected(count: int) -> list[str]:
    return [f"m{number}" for number in range(count)]


def test_every_message_has_its_tag_in_order(client: Any, server: ScriptedServer) -> None:
    tags = client.stream(numbered(3000))
    assert ids(tags) == expected(3000)
    assert [tag.label for tag in tags[:3]] == ["anger", "neutral", "joy"]
    assert {tag.model.digest for tag in tags} == {"d1"}
    assert all(tag.error is None and tag.score == 0.75 and tag.queue_seconds == 0.25 for tag in tags)


def test_fast_producers_are_packed(client: Any, server: ScriptedServer) -> None:
    client.stream(numbered(3000))
    assert server.calls["StreamClassify"] == 1
    assert max(server.frames) <= 64
    assert len(server.frames) < 300


def test_an_empty_iterable_needs_no_server(connect: Any) -> None:
    assert connect("127.0.0.1:1").stream([]) == []


def test_plain_texts_get_ids_that_differ(client: Any) -> None:
    assert len(set(ids(client.stream(["a", "b", Message("c"), "d"])))) == 4


def test_bad_messages_are_answered_in_their_place(client: Any, server: ScriptedServer) -> None:
    items = [
        Message("fine", id="a"),
        "",
        "\ud800 lone",
        17,
        Message(b"bytes", id="b"),
        Message("ok", id="\udfff"),
        Message("ok", id="a"),
        InvalidArgumentError("line 8 is bad", field="line"),
        Message("ok", time_to_live=float("nan")),
        "fine as well",
    ]
    tags = client.stream(items)
    assert [tag.error and tag.error.field for tag in tags] == [
        None,
        "text",
        "text",
        "",
        "text",
        "id",
        "id",
        "line",
        "time_to_live",
        None,
    ]
    assert all(tag.error is None or isinstance(tag.error, InvalidArgumentError) for tag in tags)
    assert tags[0].message_id == tags[6].message_id == "a"
    assert server.texts == ["fine", "", "fine as well"]


def test_options_reach_the_server_and_shape_the_tag(client: Any) -> None:
    tag = client.stream(["two words"], taxonomy="sentiment", scores=True, explain=True)[0]
    assert tag.scores == {"positive": 0.125, "negative": 0.75}
    assert tag.token_weights == (("two", 0.5), ("words", 0.5))
    plain = client.stream(["two words"])[0]
    assert plain.scores is None
    assert plain.token_weights is None


def test_an_unknown_taxonomy_ends_the_stream(client: Any, server: ScriptedServer) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        client.stream(["a"], taxonomy="colours")
    assert caught.value.field == "options.taxonomy"
    assert server.texts == []


@pytest.mark.parametrize("wrong", [{"top_k": -1}, {"top_k": "3"}, {"taxonomy": 5}, {"taxonomy": "\ud800"}])
def test_options_that_can_not_be_sent_are_refused_at_once(
    client: Any, server: ScriptedServer, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        client.stream(["a"], **wrong)
    assert caught.value.field == next(iter(wrong))
    assert server.calls["StreamClassify"] == 0


@pytest.mark.parametrize("answers", [0, 1, 63, 64, 65, 700])
def test_a_lost_connection_loses_and_doubles_nothing(client: Any, server: ScriptedServer, answers: int) -> None:
    server.stream_scripts.extend([scripts.breaks_after(server, answers), scripts.breaks_after(server, 100)])
    assert ids(client.stream(numbered(2000))) == expected(2000)
    assert server.calls["StreamClassify"] == 3


@pytest.mark.parametrize("answers", [0, 1, 100, 900])
def test_a_drain_is_followed_by_another_stream(client: Any, server: ScriptedServer, answers: int) -> None:
    server.stream_scripts.extend([scripts.drains_after(server, answers)] * 2)
    tags = client.stream(numbered(2500))
    assert ids(tags) == expected(2500)
    assert all(tag.error is None for tag in tags)
    assert Counter(server.texts) == Counter(message.text for message in numbered(2500))


def test_a_stream_that_ends_early_is_taken_up_again(client: Any, server: ScriptedServer) -> None:
    server.stream_scripts.append(scripts.ends_early(server, 10))
    assert ids(client.stream(numbered(50))) == expected(50)


def test_progress_resets_the_count_of_interruptions(client: Any, server: ScriptedServer) -> None:
    server.stream_scripts.extend(scripts.breaks_after(server, 1) for _ in range(12))
    assert ids(client.stream(numbered(13))) == expected(13)


def test_a_refused_message_is_sent_again(client: Any, server: ScriptedServer) -> None:
    refusals = {"m3": 2, "m4": 1}

    def refuse(message: Any) -> Any:
        if refusals.get(message.id, 0):
            refusals[message.id] -= 1
            return full(retry=0.001)
        return None

    server.refuse = refuse
    tags = client.stream(numbered(200))
    assert ids(tags) == expected(200)
    assert all(tag.error is None for tag in tags)


def test_a_message_that_is_always_refused_has_the_refusal(client: Any, server: ScriptedServer) -> None:
    server.refuse = lambda message: full() if message.id == "m5" else None
    tags = client.stream(numbered(20))
    assert ids(tags) == expected(20)
    assert [tag.message_id for tag in tags if tag.error is not None] == ["m5"]
    assert isinstance(tags[5].error, OverloadedError)
    assert tags[5].error.reason == "QUEUE_FULL"
    assert server.texts.count(numbered(6)[5].text) >= 4


def test_a_permanent_refusal_is_not_sent_again(client: Any, server: ScriptedServer) -> None:
    server.refuse = lambda message: status("DEADLINE_EXCEEDED", "too late", reason="EXPIRED_IN_QUEUE")
    tags = client.stream(numbered(3))
    assert all(isinstance(tag.error, DeadlineExceededError) for tag in tags)
    assert len(server.texts) == 3


def test_giving_up_says_how_many_were_answered(client: Any, server: ScriptedServer) -> None:
    server.stream_scripts.append(scripts.breaks_after(server, 10))
    server.stream_scripts.extend(scripts.breaks_after(server, 0) for _ in range(10))
    with pytest.raises(StreamBrokenError) as caught:
        client.stream(numbered(40))
    assert (caught.value.answered, caught.value.unanswered) == (10, 30)
    assert isinstance(caught.value.__cause__, UnavailableError)


def test_no_server_is_given_up_on(connect: Any) -> None:
    with pytest.raises(StreamBrokenError) as caught:
        connect("127.0.0.1:1", retry=Retry(attempts=2, initial=0, maximum=0)).stream(numbered(3))
    assert caught.value.answered == 0
    assert caught.value.code == "UNAVAILABLE"


def test_what_no_retry_can_help_is_raised(client: Any, server: ScriptedServer) -> None:
    server.call_failures.extend([status("UNAUTHENTICATED", "who are you?")] * ATTEMPTS)
    with pytest.raises(UnauthenticatedError):
        client.stream(numbered(3))
    assert server.call_failures  # not every attempt was made


def test_an_exhausted_limit_is_not_retried(client: Any, server: ScriptedServer) -> None:
    server.call_failures.extend([status("RESOURCE_EXHAUSTED", "frame too large")] * ATTEMPTS)
    with pytest.raises(LimitExceededError) as caught:
        client.stream(numbered(3))
    assert not isinstance(caught.value, OverloadedError)


def test_a_refused_call_is_made_again(client: Any, server: ScriptedServer) -> None:
    server.call_failures.extend([full(retry=0.001), status("UNAVAILABLE", "not yet")])
    assert ids(client.stream(numbered(5))) == expected(5)
    assert server.calls["StreamClassify"] == 3
    assert server.texts == [message.text for message in numbered(5)]


def test_the_timeout_holds_for_the_whole_stream(client: Any, server: ScriptedServer) -> None:
    server.stream_scripts.append(scripts.never_answers)
    with pytest.raises(DeadlineExceededError):
        client.stream(numbered(3), timeout=0.2)


@pytest.mark.parametrize(
    ("said", "timeout"), [(0, 0.5), (1, 8.0)], ids=["silent from the start", "idle after an answer"]
)
def test_it_holds_while_no_connection_is_open(client: Any, server: ScriptedServer, said: int, timeout: float) -> None:
    """The second one is given the time that an answer may take on a slow machine."""
    client.info()  # connects
    server.stream_scripts.append(scripts.ends_early(server, said))
    with pytest.raises(DeadlineExceededError, match=f"{said} messages were answered"):
        client.fall_silent(numbered(said), timeout=timeout)
    assert server.calls["StreamClassify"] == said


def test_a_message_too_large_is_answered_though_nothing_follows(client: Any, server: ScriptedServer) -> None:
    server.limits = model_info_pb2.Limits(max_text_bytes=1 << 22, max_frame_bytes=2 << 20, max_frame_messages=10)
    [tag] = client.stream([Message("x" * (3 << 20), id="big")], timeout=60)
    assert isinstance(tag.error, InvalidArgumentError)


def test_nor_does_who_waits_for_its_answer_wait_for_ever(client: Any, server: ScriptedServer) -> None:
    """A caller that says the next thing once the last is answered."""
    server.limits = model_info_pb2.Limits(max_text_bytes=1 << 22, max_frame_bytes=2 << 20, max_frame_messages=10)
    words = [Message("hi", id="a"), Message("x" * (3 << 20), id="big"), Message("bye", id="b")]
    tags = client.talk(words, timeout=60)
    assert [(tag.message_id, tag.error is None) for tag in tags] == [("a", True), ("big", False), ("b", True)]


def test_no_attempt_begins_after_the_timeout(connect: Any, server: ScriptedServer) -> None:
    server.call_failures.extend([full(retry=100.0)] * ATTEMPTS)
    with pytest.raises(StreamBrokenError, match="no time"):
        connect(server.target).stream(numbered(1), timeout=5.0)
    assert server.call_failures


def test_unordered_tags_come_as_they_are_ready(client: Any, server: ScriptedServer) -> None:
    server.stream_scripts.append(scripts.reverses(server, 10))
    assert ids(client.stream(numbered(10), unordered=True)) == list(reversed(expected(10)))


def test_unordered_streams_resume_as_well(client: Any, server: ScriptedServer) -> None:
    server.stream_scripts.extend([scripts.breaks_after(server, 70), scripts.drains_after(server, 130)])
    tags = client.stream(numbered(500), unordered=True)
    assert Counter(ids(tags)) == Counter(expected(500))


def test_an_answer_that_nobody_waits_for_breaks_the_contract(client: Any, server: ScriptedServer) -> None:
    server.stream_scripts.append(scripts.answers_a_stranger(server))
    with pytest.raises(ProtocolError, match="nobody"):
        client.stream(numbered(3))
    assert server.ended.wait(10)


def test_the_callers_own_exception_comes_through(client: Any, server: ScriptedServer) -> None:
    server.stream_scripts.append(scripts.never_answers)

    def fails() -> Iterator[str]:
        yield "one"
        raise ZeroDivisionError("the caller's own")

    with pytest.raises(ZeroDivisionError, match="own"):
        client.stream(fails())
    assert server.calls["StreamClassify"] == 0 or server.ended.wait(10)


def test_closing_early_cancels_the_call(client: Any, server: ScriptedServer) -> None:
    tags = client.stream((Message("a", id=f"m{number}") for number in itertools.count()), most=5)
    assert ids(tags) == expected(5)
    assert server.ended.wait(10)


def test_the_window_bounds_what_is_taken_from_the_caller(client: Any, server: ScriptedServer) -> None:
    taken = 0
    gate = threading.Event()
    server.stream_scripts.append(scripts.answers_when(server, gate))

    def endless() -> Iterator[str]:
        nonlocal taken
        for taken in itertools.count(1):
            if taken == 1025:
                gate.set()
            yield "a"

    client.stream(endless(), most=1)
    assert 1 <= taken <= 2 * 1024 + 1


def test_a_huge_message_is_answered_alone_and_sent_only_when_it_may_be(client: Any, server: ScriptedServer) -> None:
    server.limits = model_info_pb2.Limits(max_text_bytes=100, max_frame_bytes=2 << 20, max_frame_messages=10)
    items = ["a", "b" * (5 << 20), "c", "d" * (1 << 20), "e"]
    tags = client.stream(items)
    assert [tag.error and tag.error.field for tag in tags] == [None, "text", None, None, None]
    assert "5,242," in str(tags[1].error)
    assert [len(text) for text in server.texts] == [1, 1, 1 << 20, 1]


def test_the_servers_own_bound_of_a_frame_is_kept(client: Any, server: ScriptedServer) -> None:
    server.limits = model_info_pb2.Limits(max_frame_messages=3)
    assert ids(client.stream(numbered(300))) == expected(300)
    assert max(server.frames) == 3


def test_metadata_goes_with_every_call(connect: Any, server: ScriptedServer) -> None:
    client = connect(server.target, metadata=[("authorization", "Bearer t")])
    client.stream(["a"])
    client.classify("a")
    client.info()
    assert [call.get("authorization") for call in server.metadata] == ["Bearer t"] * 3


def test_a_server_that_comes_back_is_found(connect: Any) -> None:
    first = ScriptedServer().start()
    client = connect(first.target, retry=Retry(attempts=50, initial=0.05, maximum=0.05))
    second: list[ScriptedServer] = []

    def replace() -> Iterator[Message]:
        for message in numbered(40):
            if message.id == "m20":
                first.stop()
                second.append(ScriptedServer().start(first.port))
            yield message

    assert ids(client.stream(replace())) == expected(40)
    second[0].stop()
    assert second[0].texts


def test_a_stream_that_somebody_else_cancels_is_resumed(client: Any, server: ScriptedServer) -> None:
    server.call_failures.extend([status("CANCELLED", "by a proxy")] * 2)
    assert ids(client.stream(numbered(3))) == expected(3)
    server.call_failures.extend([status("CANCELLED", "by a proxy")] * ATTEMPTS)
    with pytest.raises(StreamBrokenError, match="interrupted 4 times"):
        client.stream(["a"])


def test_grpcs_own_code_stands_when_there_are_no_details(client: Any, server: ScriptedServer) -> None:
    def play(requests: Any, context: grpc.ServicerContext) -> Any:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "not you")
        yield

    server.stream_scripts.extend([play] * ATTEMPTS)
    with pytest.raises(Exception, match="not you") as caught:
        client.stream(["a"])
    assert caught.value.code == "PERMISSION_DENIED"
