"""Every open stream hears of the stop, and so does one that opens later."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from emotag_service.grpc.streams import Streams


class _Stream:
    def __init__(self) -> None:
        self.graces: list[float] = []
        self.ended = self.was_cut = False

    def drain(self, grace: float) -> None:
        self.graces.append(grace)

    def end(self) -> None:
        self.ended = True

    def cut(self) -> None:
        self.was_cut = True


def _stream() -> Any:
    return cast("Any", _Stream())


async def test_open_streams_are_told_once() -> None:
    streams, one, other = Streams(), _stream(), _stream()
    with streams.hold(one), streams.hold(other):
        streams.drain(5)
        assert len(one.graces) == len(other.graces) == 1
        assert one.graces[0] == pytest.approx(5, abs=0.5)
        assert not one.ended
        streams.end()
        assert one.ended
        assert other.ended
        assert not other.was_cut
        streams.cut()
        assert one.was_cut
        assert other.was_cut


async def test_a_closed_stream_is_told_nothing() -> None:
    streams, stream = Streams(), _stream()
    with streams.hold(stream):
        assert len(streams) == 1
    streams.drain(5)
    assert len(streams) == 0
    assert stream.graces == []


async def test_a_stream_that_opens_while_the_server_stops_is_told() -> None:
    streams, late, later = Streams(), _stream(), _stream()
    streams.drain(5)
    with streams.hold(late):
        assert late.graces[0] <= 5
        assert not late.ended
        streams.end()
        with streams.hold(later):
            assert later.ended


async def test_empty_waits_for_the_last() -> None:
    streams = Streams()
    await streams.empty()
    with streams.hold(_stream()):
        with streams.hold(_stream()):
            waiting = asyncio.create_task(streams.empty())
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_a_stream_that_fails_counts_as_closed() -> None:
    streams = Streams()
    with pytest.raises(RuntimeError), streams.hold(_stream()):
        raise RuntimeError
    await streams.empty()
