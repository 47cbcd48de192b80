"""How the SDK connects."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from emotag.channel import ARGUMENTS, Connection


def test_idle_streams_are_kept_alive() -> None:
    arguments = dict(ARGUMENTS)
    assert arguments["grpc.keepalive_time_ms"] == 30_000
    assert arguments["grpc.keepalive_permit_without_calls"] == 1


@pytest.mark.parametrize("target", ["", None, 50051])
def test_a_target_is_needed(target: Any) -> None:
    with pytest.raises(ValueError, match="target must be host:port"):
        Connection(target)


def test_credentials_make_a_secure_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(grpc, "secure_channel", lambda *arguments, options: made.append((*arguments, options)))
    credentials = grpc.ssl_channel_credentials()
    Connection("host:1", credentials).channel()
    assert made == [("host:1", credentials, ARGUMENTS)]


async def test_credentials_make_a_secure_channel_on_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(grpc.aio, "secure_channel", lambda *arguments, options: made.append((*arguments, options)))
    credentials = grpc.ssl_channel_credentials()
    Connection("host:1", credentials).aio_channel()
    assert made == [("host:1", credentials, ARGUMENTS)]
