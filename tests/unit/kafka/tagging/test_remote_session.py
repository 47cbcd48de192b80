"""A session against streams that do as they are told; `test_remote` has the real ones."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from emotag.errors import (
    CallCancelledError,
    EmotionError,
    InternalError,
    InvalidArgumentError,
    OverloadedError,
    PermissionDeniedError,
    StreamBrokenError,
    UnavailableError,
)
from emotag.info import Model
from emotag.message import Message
from emotag.tag import Tag
from emotag_service.kafka.errors import EngineUnavailableError
from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.tagging.remote_session import Link, RemoteSession
from emotag_service.messages.tag import MessageTag
from emotag_service.messages.untaggable import Fault
from tests.unit.kafka.tagging.hurry import readings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MODEL = Model("far", "2", "f" * 64)


class Streams:
    """Stands for the client. Each stream answers what its script says, then as many as are asked for.

    Attributes:
        scripts: One per stream: for each message in turn None for a tag, an error for the tag's, or an exception in a
            tuple to break the stream with.
        seen: What each stream was sent.
    """

    def __init__(self, *scripts: list[Any]) -> None:
        self.scripts = deque(scripts)
        self.seen: list[list[str | Message]] = []
        self.options: dict[str, Any] = {}

    async def stream(self, messages: AsyncIterator[str | Message], **options: Any) -> AsyncIterator[Tag]:
        self.options = options
        script = deque(self.scripts.popleft() if self.scripts else [])
        seen: list[str | Message] = []
        self.seen.append(seen)
        while True:
            step = script.popleft() if script else None
            if isinstance(step, tuple):
                raise step[0]
            seen.append(await anext(messages))
            if step is not None:
                yield Tag("x", error=step, model=MODEL)
            else:
                yield Tag("x", "joy", 0.5, ("joy",), {"joy": 0.5, "anger": 0.25}, True, True, model=MODEL)


def open_session(streams: Streams) -> RemoteSession:
    return RemoteSession("t/0", streams, "ekman", 100, Link("grpc://far:1"), lambda: 9.0, lambda _: None)  # type: ignore[arg-type]


async def ask(session: RemoteSession, *texts: str):
    return await (await session.submit(readings(*texts)))


async def test_a_tag_becomes_an_tag():
    streams = Streams()
    session = open_session(streams)
    [tag] = await ask(session, "a")
    assert tag == MessageTag(
        "joy", 0.5, ("joy",), ("joy", "anger"), (0.5, 0.25), "ekman", tag.model, 9.0,
        uncertain=True, truncated=True,
    )  # fmt: skip
    assert str(tag.model) == "far/2@ffffffffffff"
    assert streams.options == {"taxonomy": "ekman", "scores": True, "bulk": True}
    await session.close()


async def test_one_stream_for_all_submits_and_its_own_ids():
    streams = Streams()
    session = open_session(streams)
    same = Reading("b", id="same", sender="ann", conversation_id="c")
    first, second = await session.submit([same, same]), await session.submit(readings("d", "", "e"))
    assert len(await first) == 2
    assert [isinstance(answer, MessageTag) for answer in await second] == [True, False, True]
    said = Message("b", sender="ann", conversation_id="c")
    assert streams.seen == [[said, said, "d", "e"]]
    await session.close()


async def test_an_error_of_a_message_is_its_fault():
    session = open_session(
        Streams([None, InvalidArgumentError("text: bad", reason="INVALID_MESSAGE"), InternalError("?")])
    )
    answers = await ask(session, "a", "b", "c", "d")
    assert answers[1] == Fault("INVALID_MESSAGE", "text: bad")
    assert answers[2] == Fault("INTERNAL", "?")
    assert isinstance(answers[3], MessageTag)
    await session.close()


@pytest.mark.parametrize(
    "passing",
    [
        UnavailableError("draining", reason="DRAINING"),
        OverloadedError("full", reason="QUEUE_FULL", retry_after=0.01),
        CallCancelledError("gone", reason="CANCELLED"),
    ],
)
async def test_what_may_pass_is_sent_again_with_all_that_follows(passing: EmotionError):
    streams = Streams([None, passing])
    session = open_session(streams)
    answers = await ask(session, "a", "b", "c")
    assert all(isinstance(answer, MessageTag) for answer in answers)
    assert streams.seen == [["a", "b"], ["b", "c"]]
    await session.close()


@pytest.mark.parametrize("broken", [UnavailableError("reset"), InternalError("rst"), StreamBrokenError("over")])
async def test_a_broken_stream_is_opened_anew_with_one_event_each_way(broken: EmotionError):
    streams = Streams([None, (broken,)], [(broken,)], [(broken,)])
    session = open_session(streams)
    with structlog.testing.capture_logs() as logs:
        answers = await ask(session, "a", "b", "c")
    assert all(isinstance(answer, MessageTag) for answer in answers)
    assert [text for seen in streams.seen for text in seen] == ["a", "b", "c"]
    assert [event["event"] for event in logs] == ["engine unreachable", "engine reachable"]
    await session.close()


async def test_the_event_says_what_broke_the_stream():
    broken = StreamBrokenError("interrupted once")
    broken.__cause__ = UnavailableError("connection refused")
    session = open_session(Streams([(broken,)]))
    with structlog.testing.capture_logs() as logs:
        await ask(session, "a")
    assert logs[0]["reason"] == "connection refused"
    await session.close()


@pytest.mark.parametrize(
    ("error", "raised", "said"),
    [
        (InvalidArgumentError("taxonomy: is 'x'"), EngineUnavailableError, "INVALID_ARGUMENT: taxonomy: is 'x'"),
        (PermissionDeniedError("no"), EngineUnavailableError, "the service refuses to tag"),
        (RuntimeError("a defect"), RuntimeError, "a defect"),
    ],
)
async def test_what_does_not_pass_is_raised_by_all_answers(error: Exception, raised: type[Exception], said: str):
    session = open_session(Streams([None, (error,)]))
    good = await session.submit(readings("a"))
    bad = [await session.submit(readings("b", "c")), await session.submit(readings("d"))]
    assert len(await good) == 1
    for answers in bad:
        with pytest.raises(raised, match=said):
            await answers
    with pytest.raises(raised, match=said):
        await ask(session, "e")
    await session.close()


async def test_submitting_waits_while_too_much_waits():
    streams = Streams()
    session = open_session(streams)
    gate = asyncio.Event()
    plain = streams.stream

    async def held(messages: Any, **options: Any) -> AsyncIterator[Tag]:
        await gate.wait()
        async for tag in plain(messages, **options):
            yield tag

    streams.stream = held  # type: ignore[method-assign]
    first = await session.submit(readings(*["a"] * 2048))
    second = asyncio.create_task(session.submit(readings("b")))
    await asyncio.wait((second,), timeout=0.05)
    assert not second.done()
    gate.set()
    assert len(await first) == 2048
    assert len(await (await second)) == 1
    await session.close()


async def test_closing_cancels_everything_and_leaves_no_task():
    before = asyncio.all_tasks()
    session = open_session(Streams([(UnavailableError("gone"),)] * 50))
    in_flight = await session.submit(readings(*["a"] * 2048))
    waiting = asyncio.create_task(session.submit(readings("b")))
    await asyncio.wait((waiting,), timeout=0.01)
    await session.close()
    await session.close()
    for answers in (in_flight, await waiting, await session.submit(readings("c"))):
        with pytest.raises(asyncio.CancelledError):
            await answers
    assert asyncio.all_tasks() <= before


async def test_nothing_to_ask_about_opens_no_stream():
    streams = Streams()
    session = open_session(streams)
    assert await ask(session) == []
    assert await ask(session, "") == [Fault("NO_TEXT", "text: is empty")]
    assert streams.seen == []
    await session.close()
