"""aiokafka's loggers: one event per change of state, and never a record or a password."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from aiokafka import errors as kafka
from structlog.testing import capture_logs

from emotag_service.kafka.cluster.client_logs import ClientLogs
from emotag_service.testing.in_memory import FakeClock

SECRET = "what-the-agent-said"  # noqa: S105 - stands for what a record holds
CLIENT = logging.getLogger("aiokafka.client")
REFUSED = ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 9)")


@pytest.fixture
def events() -> Iterator[list[Any]]:
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured


async def _never() -> bool:
    return False


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


def _names(events: list[Any]) -> list[str]:
    return [event["event"] for event in events]


async def test_a_storm_is_one_event(events: list[Any]) -> None:
    with ClientLogs(_never) as quiet:
        for _ in range(100):
            CLIENT.error("Unable connect to node with id %s: %s", 1, REFUSED)
        assert quiet.suppressed == 99
    assert events == [{"event": "kafka unreachable", "reason": "connection refused", "log_level": "warning"}]


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("Unable to update metadata from %s", ([1, 2],)),
        ("Failed fetch messages from %s: %s", (1, kafka.NodeNotReadyError("x"))),
        ("Heartbeat send request failed: %s. Will retry.", (kafka.KafkaConnectionError("gone"),)),
        ("Group Coordinator Request failed: %s", (kafka.RequestTimedOutError(),)),
    ],
)
async def test_what_means_that_a_broker_is_away(events: list[Any], message: str, arguments: tuple[Any, ...]) -> None:
    with ClientLogs(_never):
        logging.getLogger("aiokafka.anywhere").warning(message, *arguments)
    assert _names(events) == ["kafka unreachable"]


async def test_progress_says_that_it_is_back(events: list[Any]) -> None:
    clock = FakeClock()
    with ClientLogs(_never, clock=clock) as quiet:
        quiet.progress()  # nothing to say while all is well
        CLIENT.error("Unable to update metadata from %s", [1])
        CLIENT.error("Unable to update metadata from %s", [1])
        clock.advance(1)
        quiet.progress()  # of before the trouble, told of late
        clock.advance(1.5)
        quiet.progress()
        quiet.progress()
        CLIENT.error("Unable to update metadata from %s", [1])
    assert _names(events) == ["kafka unreachable", "kafka reachable", "kafka unreachable"]
    assert (events[1]["seconds"], events[1]["suppressed"]) == (2.5, 1)


async def test_silence_is_asked_about(events: list[Any]) -> None:
    asked, up = 0, False

    async def works() -> bool:
        nonlocal asked
        asked += 1
        return up

    with ClientLogs(works, silence=0.001):
        CLIENT.error("Unable to update metadata from %s", [1])
        await _until(lambda: asked > 2)
        assert _names(events) == ["kafka unreachable"]
        up = True
        await _until(lambda: len(events) == 2)
        after = asked
        CLIENT.error("Unable to update metadata from %s", [1])
        await _until(lambda: asked > after)  # a second absence is asked about too
    assert _names(events)[:2] == ["kafka unreachable", "kafka reachable"]


async def test_a_refusal_is_an_event_of_its_own_and_said_once(events: list[Any]) -> None:
    with ClientLogs(_never):
        for _ in range(3):
            CLIENT.error("Unable connect to node with id %s: %s", 1, kafka.SaslAuthenticationFailed(SECRET))
    [event] = events
    assert (event["event"], event["log_level"]) == ("kafka refuses", "error")
    assert "wrong user name or password" in event["reason"]
    assert SECRET not in str(events)


async def test_other_lines_are_said_once_a_minute_each(events: list[Any]) -> None:
    clock = FakeClock()
    with ClientLogs(_never, clock=clock):
        for _ in range(3):
            CLIENT.warning("Heartbeat failed for group %s because it is rebalancing", "g")
            CLIENT.warning("something else")
        clock.advance(61)
        CLIENT.warning("something else")
    assert [event["detail"] for event in events] == [
        "Heartbeat failed for group g because it is rebalancing", "something else", "something else",
    ]  # fmt: skip
    assert {event["event"] for event in events} == {"kafka client"}


async def test_what_passes_by_itself_is_no_error(events: list[Any]) -> None:
    with ClientLogs(_never):
        CLIENT.error("Group Coordinator Request failed: %s", kafka.GroupCoordinatorNotAvailableError())
        CLIENT.error("Attempt to join group failed due to fatal error: %s", kafka.InvalidGroupIdError())
    assert [event["log_level"] for event in events] == ["warning", "error"]


async def test_exceptions_are_named_not_quoted(events: list[Any]) -> None:
    with ClientLogs(_never):
        CLIENT.error("Could not parse %s in %s", ValueError(SECRET), "t")
        CLIENT.error("Unexpected error in fetcher routine", exc_info=ValueError(SECRET))
    assert [event["detail"] for event in events] == [
        "Could not parse ValueError in t", "Unexpected error in fetcher routine: ValueError",
    ]  # fmt: skip


async def test_a_line_whose_arguments_do_not_fit_is_no_trouble(events: list[Any]) -> None:
    with ClientLogs(_never):
        CLIENT.error("error in consumer iterator: %s")  # aiokafka's own mistake
        CLIENT.error("two %s %s", 1)
    assert [event["detail"] for event in events] == ["error in consumer iterator: %s", "two %s %s"]


async def test_whole_requests_are_never_logged(events: list[Any]) -> None:
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        with ClientLogs(_never):
            logging.getLogger("aiokafka.conn").debug("Request: %s", SECRET)
            logging.getLogger("aiokafka.conn").info("Authenticated as %s", SECRET)
    finally:
        root.setLevel(level)
    assert events == []


async def test_nothing_reaches_other_handlers_and_all_is_as_it_was_afterwards(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("aiokafka")
    before = (logger.handlers[:], logger.propagate, logger.level)
    with ClientLogs(_never):
        CLIENT.error("Unable to update metadata from %s", [1])
        assert caplog.records == []
    assert (logger.handlers, logger.propagate, logger.level) == before
    CLIENT.error("Unable to update metadata from %s", [1])
    assert len(caplog.records) == 1
