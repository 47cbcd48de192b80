"""Which channel a call has when files of certificates change, and when one is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emotag import TLS, ClientClosedError
from emotag.channel import Connection
from emotag.open_channels import OpenChannels
from tests.integration.authority import Authority

if TYPE_CHECKING:
    pass


class Clock:
    """Seconds, as a test has them pass."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def channels(authority: Authority, clock: Clock) -> OpenChannels[int, str]:
    """Channels that are numbers."""
    return numbered(Connection(tls=authority.agent("planner")), clock)


def numbered(connection: Connection, clock: Clock) -> OpenChannels[int, str]:
    made: list[Any] = []

    def make(credentials: Any) -> tuple[int, str]:
        made.append(credentials)
        return len(made), "service"

    return OpenChannels(connection, make, clock)


def test_one_channel_has_all_calls_until_files_change(channels: OpenChannels[int, str], authority: Authority) -> None:
    first, second = channels.begin(look=True), channels.begin(look=True)
    assert first is second
    authority.agent("planner")
    third = channels.begin(look=True)
    assert (first.channel, third.channel) == (1, 2)
    assert channels.begin(look=True) is third


def test_a_channel_of_before_is_closed_when_its_last_call_ends(
    channels: OpenChannels[int, str], authority: Authority
) -> None:
    first, second = channels.begin(look=True), channels.begin(look=True)
    authority.agent("planner")
    third = channels.begin(look=True)
    channels.end(first)
    assert channels.idle() == []
    channels.end(second)
    channels.end(third)
    assert channels.idle() == [1]
    assert channels.idle() == []


def test_it_looks_once_a_second_or_when_it_must(
    channels: OpenChannels[int, str], authority: Authority, clock: Clock
) -> None:
    channels.begin(look=False)
    authority.agent("planner")
    clock.now += 0.9
    assert channels.begin(look=False).channel == 1
    clock.now += 0.1
    assert channels.begin(look=False).channel == 2
    authority.agent("planner")
    assert channels.begin(look=False).channel == 2
    channels.failed()
    assert channels.begin(look=False).channel == 3
    authority.agent("planner")
    assert channels.begin(look=True).channel == 4


def test_plaintext_has_one_channel(clock: Clock) -> None:
    channels = numbered(Connection(), clock)
    assert {channels.begin(look=True).channel for _ in range(3)} == {1}


def test_all_are_taken_out_to_be_closed(channels: OpenChannels[int, str], authority: Authority) -> None:
    channels.begin(look=True)
    authority.agent("planner")
    channels.begin(look=True)
    assert channels.take_all() == [1, 2]
    assert channels.take_all() == []
    with pytest.raises(ClientClosedError):
        channels.begin(look=True)


def test_names_of_files_may_be_text(authority: Authority, clock: Clock) -> None:
    files = authority.agent("planner")
    given = TLS(str(files.ca), str(files.certificate), str(files.key))
    channels = numbered(Connection(tls=given), clock)
    channels.begin(look=True)
    authority.agent("planner")
    assert channels.begin(look=True).channel == 2
