"""A client's streams end with it, whenever they came."""

from __future__ import annotations

from unittest.mock import MagicMock

from emotag.errors import ClientClosedError
from emotag.open_streams import OpenStreams


def test_streams_are_cancelled_once_those_before_and_those_after() -> None:
    streams, before, after = OpenStreams(), MagicMock(), MagicMock()
    streams.add(before)
    assert not before.cancel.called
    streams.cancel()
    streams.add(after)
    for stream in (before, after):
        [[error], _] = stream.cancel.call_args
        assert isinstance(error, ClientClosedError)
        assert stream.cancel.call_count == 1
